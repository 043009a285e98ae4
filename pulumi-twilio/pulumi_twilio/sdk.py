"""What the SDK's resource classes share."""

from collections.abc import Mapping
from typing import Any, ClassVar, Self

import pulumi

from pulumi_twilio.declaration import Declaration, camel, snake


class Resource(pulumi.CustomResource):
    """An object at Twilio. A subclass has a declaration, and annotations for its outputs."""

    declaration: ClassVar[Declaration]
    _arguments: ClassVar[type]

    sid: pulumi.Output[str]
    date_created: pulumi.Output[str]
    adopted: pulumi.Output[bool]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Give the outputs and the arguments the names that Pulumi uses."""
        super().__init_subclass__(**kwargs)
        pulumi.type_token(cls.declaration.token)(cls)
        names = ["sid", *(["date_created"] if "dateCreated" in cls.declaration.computed else [])]
        shared = {name: Resource.__annotations__[name] for name in names}
        cls.__annotations__ = shared | cls.__annotations__ | {"adopted": pulumi.Output[bool]}
        for name in cls.__annotations__:
            setattr(cls, name, pulumi.property(camel(name)))
        inputs = [each.name for each in cls.declaration.properties]
        body: dict[str, Any] = {snake(name): pulumi.property(name) for name in inputs}
        body["__annotations__"] = dict.fromkeys(body, Any)
        cls._arguments = pulumi.input_type(type(f"{cls.__name__}Args", (), body))

    def _register(
        self,
        resource_name: str,
        opts: pulumi.ResourceOptions | None,
        given: Mapping[str, Any] | None = None,
    ) -> None:
        """Register the resource with the arguments that `given` has, other names left out."""
        cls = type(self)
        arguments: Any = object.__new__(cls._arguments)
        known = {snake(each.name) for each in cls.declaration.properties}
        # Pulumi resolves the outputs that are named here, so all are.
        arguments.__dict__.update(dict.fromkeys(cls.__annotations__))
        arguments.__dict__.update(
            {key: value for key, value in (given or {}).items() if key in known}
        )
        secrets = [snake(each.name) for each in cls.declaration.properties if each.secret]
        kept = pulumi.ResourceOptions(additional_secret_outputs=secrets)
        opts = pulumi.ResourceOptions.merge(kept, opts)
        super().__init__(cls.declaration.token, resource_name, arguments, opts)

    @classmethod
    def get(
        cls,
        resource_name: str,
        id: pulumi.Input[str],  # noqa: A002 - Pulumi's name for it
        opts: pulumi.ResourceOptions | None = None,
    ) -> Self:
        """Read an object that the program does not manage.

        Parameters
        ----------
        resource_name
            Its name in the program.
        id
            What `pulumi import` takes.
        opts
            Pulumi's resource options.

        Returns
        -------
        Resource
            The object.
        """
        found = cls.__new__(cls)
        opts = pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(id=id))
        found._register(resource_name, opts)  # noqa: SLF001 - its own
        return found
