"""TaskRouter's expressions and workflow configurations, as Twilio's pages describe them.

Usable alone: nothing here knows the emulator, HTTP or a clock. `expressions` parses and evaluates,
`configuration` reads a configuration and says where a task goes next, `matching` says which workers
a target asks for.
"""
