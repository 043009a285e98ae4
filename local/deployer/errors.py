"""The errors of a local deployment, besides those that the program itself raises."""

from collections.abc import Collection

from local import LocalError


class DeploymentError(LocalError):
    """A resource could not be created; the text names it and says why."""


class UnknownResourceTypeError(DeploymentError):
    """The program declares a type of resource that the local deployer cannot create."""

    def __init__(self, type_: str, name: str, known: Collection[str]) -> None:
        super().__init__(
            f"The local deployer cannot create a {type_} ({name}): teach it in local/deployer, or "
            f"leave the resource out. It knows {', '.join(sorted(known))}"
        )


class UnknownInputError(DeploymentError):
    """The program gives a resource an input that the local deployer would have to ignore."""

    def __init__(self, type_: str, name: str, inputs: Collection[str]) -> None:
        super().__init__(
            f"The local deployer does not know the inputs {', '.join(sorted(inputs))} of a {type_} "
            f"({name}): teach it in local/deployer, or leave them out"
        )


class UnknownFunctionError(DeploymentError):
    """The program calls a provider function that the local deployer cannot answer."""

    def __init__(self, token: str) -> None:
        super().__init__(
            f"The local deployer cannot call the function {token}: teach it in local/deployer"
        )
