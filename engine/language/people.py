"""Words for what people are, which are neither good nor bad.

A network that judges words by the company they keep learns who was written about badly: from
newspapers it takes "asians" and "gays" for bad words (T. Bolukbasi et al., "Man is to Computer
Programmer as Woman is to Homemaker? Debiasing Word Embeddings", NeurIPS 2016). So it is not asked
about any of these; nor about names, see ``feeling``.
"""

from __future__ import annotations

from typing import Final

from engine.language.words import word_set

GROUPS: Final = word_set(
    """
    man woman men women boy girl boys girls male female males females child children adult adults
    baby babies teenager teenagers youth young old elderly senior seniors people person persons
    husband wife mother father son daughter brother sister parent parents grandmother grandfather
    lady gentleman ladies gentlemen guy guys
    gay gays lesbian lesbians homosexual homosexuals heterosexual heterosexuals straight bisexual
    transgender transsexual queer
    deaf disabled disability disabilities wheelchair autistic autism dyslexic
    immigrant immigrants immigration emigrant emigrants migrant migrants refugee refugees asylum
    foreigner foreigners foreign native natives indigenous aboriginal nomad nomads
    muslim muslims islam islamic christian christians christianity catholic catholics protestant
    protestants orthodox jew jews jewish judaism hebrew hindu hindus hinduism buddhist buddhists
    buddhism sikh sikhs atheist atheists atheism mormon mormons rabbi rabbis imam imams priest
    priests nun nuns monk monks pope bishop bishops mosque mosques synagogue synagogues quran koran
    torah bible hijab burqa turban shia shiite shiites sunni sunnis
    black blacks white whites brown coloured colored caucasian caucasians hispanic hispanics latino
    latinos latina latinas mestizo mulatto creole
    african africans africa asian asians asia european europeans europe american americans america
    arab arabs arabic arabia arabian afghan afghans afghanistan albanian albanians albania algerian
    algerians algeria armenian armenians armenia australian australians australia austrian austrians
    austria bangladeshi bangladesh belgian belgians belgium bosnian bosnians bosnia brazilian
    brazilians brazil british briton britons britain bulgarian bulgarians bulgaria canadian
    canadians canada chechen chechens chechnya chinese china colombian colombians colombia
    congolese congo croat croats croatian croatia cuban cubans cuba czech czechs danish danes
    denmark dutch netherlands egyptian egyptians egypt english england ethiopian ethiopians
    ethiopia finnish finns finland french france georgian georgians georgia german germans germany
    ghanaian ghana greek greeks greece haitian haitians haiti hungarian hungarians hungary indian
    indians india indonesian indonesians indonesia iranian iranians iran iraqi iraqis iraq irish
    ireland israeli israelis israel italian italians italy jamaican jamaicans jamaica japanese japan
    jordanian jordan kenyan kenyans kenya korean koreans korea kurd kurds kurdish kurdistan lebanese
    lebanon libyan libyans libya malaysian malaysia mexican mexicans mexico mongolian mongolia
    moroccan moroccans morocco nepalese nepal nigerian nigerians nigeria norwegian norwegians norway
    pakistani pakistanis pakistan palestinian palestinians palestine persian persians peruvian peru
    filipino filipinos philippines polish poles poland portuguese portugal romanian romanians
    romania russian russians russia rwandan rwanda saudi saudis scottish scots scotland serb serbs
    serbian serbia sicilian somali somalis somalia spanish spaniard spaniards spain sudanese sudan
    swedish swedes sweden swiss switzerland syrian syrians syria taiwanese taiwan tamil tamils thai
    thailand tibetan tibetans tibet tunisian tunisia turk turks turkish turkey ugandan uganda
    ukrainian ukrainians ukraine venezuelan venezuela vietnamese vietnam welsh wales yemeni yemen
    zimbabwean zimbabwe roma romani sinti gypsy gypsies inuit maori apache cherokee navajo zulu
    maid nurse teacher lawyer soldier farmer worker workers peasant peasants
    """
)
