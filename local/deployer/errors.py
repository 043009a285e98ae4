"""The errors of a local deployment, besides those that the program itself raises."""

from local import LocalError


class DeploymentError(LocalError):
    """A resource could not be created; the text names it and says why."""


class UnknownResourceTypeError(DeploymentError):
    """The program declares a type of resource that the local deployer cannot create."""


class UnknownInputError(DeploymentError):
    """The program gives a resource an input that the local deployer would have to ignore."""


class UnknownFunctionError(DeploymentError):
    """The program calls a provider function that the local deployer cannot answer."""
