// Numbers and messages in words that are read at arm's length.

const NAMES = ["C", "C♯", "D", "E♭", "E", "F", "F♯", "G", "A♭", "A", "B♭", "B"];

/** A number with as many digits as can be read while it moves. */
export function number(value) {
  if (Number.isInteger(value)) return String(value).replace("-", "−");
  const size = Math.abs(value);
  const digits = size < 10 ? 3 : size < 100 ? 2 : size < 1000 ? 1 : 0;
  return value.toFixed(digits).replace("-", "−");
}

/** The name of a note: 69 is A4. */
export function note(midi) {
  const whole = Math.round(midi);
  return NAMES[((whole % 12) + 12) % 12] + (Math.floor(whole / 12) - 1);
}

/** What a message says, in a word or two. */
export function say(value, short = false) {
  if (value === null || value === undefined) return "–";
  if (typeof value === "number") return number(value);
  if (typeof value === "boolean") return value ? "on" : "off";
  if (typeof value === "string") return value;
  if ("people" in value) return people(value.people, short);
  if ("hz" in value) return sung(value, short);
  if ("db" in value) return `${number(Math.round(value.db))} dB`;
  if ("played" in value) return value.velocity ? note(value.played) : `${note(value.played)} off`;
  if ("trigger" in value) return "●";
  if ("beat" in value) return `${value.beat || "●"} · ${number(Math.round(value.bpm * 10) / 10)}`;
  if ("picture" in value) return value.picture.join(" × ");
  if ("mask" in value) return value.mask.join(" × ");
  return value.kind ?? "";
}

function people(count, short) {
  if (short) return `${count} here`;
  return count === 1 ? "1 person" : `${count} people`;
}

function sung(pitch, short) {
  if (!pitch.on) return short ? "–" : "no pitch";
  return short ? note(pitch.note) : `${note(pitch.note)} ${pitch.hz.toFixed(1)} Hz`;
}

/** How far along its range a message is, 0 to 1; null where it has none. */
export function level(value, low = 0, high = 1) {
  if (typeof value === "boolean") return value ? 1 : 0;
  if (value && typeof value === "object" && "db" in value) return clamp((value.db + 60) / 60);
  if (typeof value !== "number" || high === low) return null;
  return clamp((value - low) / (high - low));
}

const EVENTS = ["trigger", "played", "beat"];

/** Whether a message is an event: it matters when it came, not what it is since. */
export function isEvent(value) {
  return value !== null && typeof value === "object" && EVENTS.some((each) => each in value);
}

function clamp(part) {
  return Math.min(1, Math.max(0, part));
}
