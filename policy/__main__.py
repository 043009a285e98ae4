"""Start the policy pack from its folder, as `pulumi preview --policy-pack policy` does."""

from transfer_policy.pack import serve

serve()
