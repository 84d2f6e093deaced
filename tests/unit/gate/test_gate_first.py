"""first."""


def test_good(world):
    j = world.judge(world.workbook())
    for f in j.findings:
        print(f.rule, f.severity, f.cell, f.message)
    for o in j.outcomes:
        print(o.rule, o.status, o.reason)
    assert j.verdict == "accepted"
    world.judge(world.workbook(), engine="gx")
