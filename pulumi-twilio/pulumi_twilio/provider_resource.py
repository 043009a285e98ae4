"""The provider as a resource of a program, for more than one account or settings of one's own."""

import pulumi


class Provider(pulumi.ProviderResource):
    """Settings for resources that do not use the stack's `twilio:` configuration.

    What is not given here comes from the environment (`TWILIO_ACCOUNT_SID`, `TWILIO_AUTH_TOKEN`,
    `TWILIO_API_KEY`, `TWILIO_API_SECRET`, `TWILIO_REGION`, `TWILIO_EDGE`).

    Parameters
    ----------
    resource_name
        Its name in the program.
    opts
        Pulumi's resource options.
    account_sid
        `AC` and 32 hexadecimal digits.
    auth_token
        The account's auth token, or else an API key. Kept as a secret.
    api_key_sid
        An API key, `SK` and 32 hexadecimal digits.
    api_key_secret
        The API key's secret. Kept as a secret.
    region
        A Twilio region such as `ie1`: https://www.twilio.com/docs/global-infrastructure.
    edge
        A Twilio edge location such as `dublin`.
    base_url
        Where an emulator of Twilio listens. A call to `https://taskrouter.twilio.com/v1/…` then
        goes to `<base_url>/taskrouter/v1/…`.
    """

    def __init__(
        self,
        resource_name: str,
        opts: pulumi.ResourceOptions | None = None,
        *,
        account_sid: pulumi.Input[str] | None = None,
        auth_token: pulumi.Input[str] | None = None,
        api_key_sid: pulumi.Input[str] | None = None,
        api_key_secret: pulumi.Input[str] | None = None,
        region: pulumi.Input[str] | None = None,
        edge: pulumi.Input[str] | None = None,
        base_url: pulumi.Input[str] | None = None,
    ) -> None:
        secret = pulumi.ResourceOptions(additional_secret_outputs=["authToken", "apiKeySecret"])
        super().__init__(
            "twilio",
            resource_name,
            {
                "accountSid": account_sid,
                "authToken": None if auth_token is None else pulumi.Output.secret(auth_token),
                "apiKeySid": api_key_sid,
                "apiKeySecret": (
                    None if api_key_secret is None else pulumi.Output.secret(api_key_secret)
                ),
                "region": region,
                "edge": edge,
                "baseUrl": base_url,
            },
            pulumi.ResourceOptions.merge(secret, opts),
        )
