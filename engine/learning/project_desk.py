"""The project that is open: read and written by name, with what its outputs have learned."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from engine.core.context import State
from engine.learning.output_type import OutputType
from engine.learning.project import Project
from engine.learning.project_files import ProjectFiles, check_name
from engine.learning.project_player import ProjectPlayer, Refused


class ProjectDesk:
    """Holds the open project, ``name``, at work in a ``player``.

    ``threshold`` is that of gestures, 0 to find it; ``tell`` is told in words what is broken.
    """

    def __init__(self, state: State, threshold: float, tell: Callable[[str], None]) -> None:
        self.name = ""
        self.player = ProjectPlayer(Project(), threshold)
        self._threshold = threshold
        self._files = ProjectFiles(state, tell)
        self._tell = tell

    @property
    def files(self) -> ProjectFiles:
        """The files of the projects."""
        return self._files

    def begin(self, name: str, types: Sequence[OutputType], inputs: int) -> None:
        """Open a project with the outputs that a patch has, or a new one.

        ``inputs`` is how many there must be, 0 for any number. What does not fit is told.
        """
        project = self._files.read(name)
        if project is not None and inputs and len(project.inputs) not in (0, inputs):
            self._tell(
                f"{name} has {len(project.inputs)} inputs, and {inputs} are written: it begins anew"
            )
            self._files.disown(name)
            project = None
        if project is None:
            project = Project.new(types, inputs)
        elif [one.written for one in project.outputs] != list(map(str, types)):
            self._fit_outputs(project, types)
        self._play(name, project)

    def open(self, written: str) -> None:
        """Go on with another project. Raise Refused where there is none of that name."""
        name = check_name(written)
        if name not in (known := self._files.names()):
            raise Refused(f"there is no project {name}; there is {', '.join(known) or 'none'}")
        if self.player.stop_recording():
            self.keep()
        project = self._files.read(name)
        if project is None:
            raise Refused(f"{name} cannot be read; it plays on with {self.name}")
        self._play(name, project)

    def save_as(self, written: str) -> None:
        """Keep the project under another name, and go on with that. Raise Refused."""
        name, before, kept = check_name(written), self.name, False
        self.name = name
        self._files.adopt(name)
        try:
            kept = self.keep(models=True)
        finally:
            self.name = name if kept else before
        if not kept:
            raise Refused(f"{name} could not be kept")

    def keep(self, models: bool = False) -> bool:
        """Write the project, and with ``models`` what its outputs have learned.

        Return whether it is safe; where it is not, that is told. Raise Refused for too many files.
        """
        project, learned = self.player.project, self.player.models
        kept = True
        for number, model in learned.items() if models else ():
            kept &= self._files.write_model(self.name, model.output, model.lesson, number)
        project.fitted = sorted(learned)
        kept &= self._files.write(self.name, project)
        if not kept:
            self._tell(f"{self.name} could not be kept; it plays on with what it knows")
        return kept

    def name_outputs(self, names: Sequence[str]) -> None:
        """Call the outputs by other names. Raise Refused for another number of names."""
        outputs = self.player.project.outputs
        if len(names) != len(outputs):
            raise Refused(f"{len(outputs)} outputs are expected, and {len(names)} names came")
        for output, name in zip(outputs, names, strict=True):
            output.name = name

    def save_model(self, number: int, written: str) -> str:
        """Keep what an output has learned under a name; return it. Raise Refused."""
        name, output = check_name(written), self.player.output(number)
        model = self.player.models.get(number)
        if model is None:
            raise Refused(f"{output.name} has learned nothing that could be saved")
        if not self._files.write_model(name, model.output, model.lesson):
            raise Refused(f"{name} could not be kept")
        return name

    def load_model(self, number: int, written: str, with_data: bool) -> str:
        """Have an output play a model that was saved; return its name. Raise Refused.

        ``with_data`` adds what the model was taught to what the output was taught.
        """
        name, player = check_name(written), self.player
        output = player.output(number)
        found = self._files.read_model(name)
        if found is None:
            known = ", ".join(self._files.models()) or "none"
            raise Refused(f"there is no model {name}; there is {known}")
        kind, lesson = found
        if kind.task != output.type.task:
            raise Refused(f'{name} is "{kind}", and {output.name} is "{output.type}"')
        if not player.project.inputs:
            player.rename_inputs(lesson.names)
        if missing := [one for one in lesson.names if one not in player.project.inputs]:
            raise Refused(f'{name} looks at "{missing[0]}", and there is no input of that name')
        if with_data and not player.project.add_lesson(number, lesson):
            raise Refused(f"the examples of {name} do not fit beside those that are there")
        if fault := player.fit(number, lesson, kind):
            raise Refused(fault)
        output.type, output.chosen, player.stale = kind, lesson.names, True
        player.project.drop_unfit()
        self._files.write_model(self.name, kind, lesson, number)
        return name

    def _play(self, name: str, project: Project) -> None:
        """Play a project with what its outputs have learned."""
        self.name = name
        player = self.player = ProjectPlayer(project, self._threshold)
        for number, output in project.taught:
            if project.fitted is not None and number not in project.fitted:
                continue
            found = self._files.read_model(name, number)
            if found is None or found[0].task != output.type.task:
                continue
            if not {*found[1].names} <= {*project.inputs}:
                self._tell(f"output {number} looks at inputs that there are not; train it again")
            elif fault := player.fit(number, found[1], found[0]):
                self._tell(fault)

    def _fit_outputs(self, project: Project, types: Sequence[OutputType]) -> None:
        """Have the outputs that the patch has; what no longer fits is let go, and told."""
        new = Project.new(types).outputs
        for number, (before, now) in enumerate(zip(project.outputs, new, strict=False)):
            if before.type.task == now.type.task:
                value = now.value if now.type.fault(before.value) else before.value
                new[number] = replace(before, type=now.type, value=value, written=now.written)
        project.outputs = new
        if lost := project.drop_unfit():
            self._tell(f"{lost} examples are of outputs that are other ones now: they are left out")
