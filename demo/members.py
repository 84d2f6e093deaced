"""Members of every organisation, quarter by quarter (B01, B02).

What belongs here: the stock and its flows, so that closing = opening + in - out in every quarter, probation
lasts four quarters, internal transfers cancel within the unit that files, and growth stays ordinary. What does
not: how many are admitted (`admissions.py`) or expelled (`discipline.py`).
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from statistics import median

from demo.admissions import Admissions, Slot
from demo.bodies import CHI_BO, DANG_BO, Body
from demo.draw import Rng, part_of
from demo.plan import Event, UnitPlan
from demo.setting import Setting

INFLOWS = (
    "in_admitted",
    "in_transfer_other_province",
    "in_transfer_same_province",
    "in_transfer_internal",
    "in_restored",
)
OUTFLOWS = (
    "out_deceased",
    "out_expelled",
    "out_struck_off",
    "out_resigned",
    "out_transfer_other_province",
    "out_transfer_same_province",
    "out_transfer_internal",
)
ORDINARY_DEVIATION = 3.2
"""Growth ratios stay within this many median absolute deviations of their group's median."""

_SMALLEST = {CHI_BO: 7, DANG_BO: 32}
_LARGEST = {CHI_BO: 28, DANG_BO: 100_000}


@dataclass(frozen=True)
class Quarter:
    """One organisation in one quarter: what came and went in it, and what was there at its end."""

    flows: dict[str, int]
    admission_flows: dict[str, int]
    closing: dict[str, int]


@dataclass
class _Stock:
    members: int
    probation: deque[int]


@dataclass
class Members:
    """All organisations by code, year and quarter, and the closings of years before them."""

    quarters: dict[Slot, Quarter] = field(default_factory=dict)
    openings: dict[tuple[str, int], int] = field(default_factory=dict)

    def closing(self, code: str, year: int, quarter: int = 4) -> dict[str, int]:
        """Give the stock of an organisation at the end of a quarter."""
        return self.quarters[code, year, quarter].closing


def build_members(setting: Setting, admissions: Admissions, discipline: dict[Slot, dict[str, int]]) -> Members:
    """Simulate every organisation from the end of the year before the first."""
    bodies, plan = setting.bodies, setting.plan
    result = Members()
    before = plan.years[0] - 1
    stocks = {
        b.code: _Stock(b.size, deque(admissions.counts.get((b.code, before, q), 0) for q in range(1, 5)))
        for b in bodies.bodies
    }
    for year in plan.years:
        for unit in bodies.units.values():
            if unit.files_in(year):
                _UnitYear(setting, unit, year, stocks, admissions, discipline, result).run()
    return result


@dataclass
class _UnitYear:
    """One unit in one year."""

    setting: Setting
    unit: UnitPlan
    year: int
    stocks: dict[str, _Stock]
    admissions: Admissions
    discipline: dict[Slot, dict[str, int]]
    result: Members

    @cached_property
    def rng(self) -> Rng:
        """The unit's own source of chance in the year."""
        return self.setting.stream(self.unit.code, self.year, "members")

    def run(self) -> None:
        """Plan the year's growth, then let its quarters pass."""
        rng = self.rng
        filed = self.setting.bodies.filed_by(self.unit.code, self.year)
        opening = {b.code: self.stocks[b.code].members for b in filed}
        for body in filed:
            self.result.openings[body.code, self.year] = opening[body.code]
        growth = self._planned_growth(rng, filed, opening)
        shares = {b.code: _shares(self.setting, b) for b in filed}
        for quarter in range(1, 5):
            events = [b.event for b in filed if b.event and _quarter_of(b.event) == (self.year, quarter)]
            moved = self._internal_moves(rng, filed, events)
            # An organisation that is merged away goes first, so that its successor knows what it receives.
            order = sorted(filed, key=lambda b: (b.event not in events or not b.ended, b.code))
            for body in order:
                if body.event in events:
                    self._prepare_event(body, moved, quarter, growth)
                net = growth[body.code][quarter - 1]
                self._quarter(body, quarter, net, moved[body.code], shares[body.code])

    def _planned_growth(self, rng: Rng, filed: Sequence[Body], opening: dict[str, int]) -> dict[str, list[int]]:
        """Plan each organisation's net growth since January by quarter, with no odd one out in its group."""
        growth = {b.code: self._drawn_growth(rng, b, opening[b.code]) for b in filed}
        for quarter in range(4):
            peers = [b for b in filed if opening[b.code] > 0 and b.is_settled_in(self.year)]
            _calm(growth, opening, [b.code for b in peers if b.org_type == DANG_BO], quarter)
        small = [b.code for b in filed if b.org_type == CHI_BO]
        _keep_most_still(growth, [small[i] for i in rng.permutation(len(small))])
        return growth

    def _drawn_growth(self, rng: Rng, body: Body, opening: int) -> list[int]:
        if opening == 0 or not body.is_settled_in(self.year):
            return [0, 0, 0, 0]
        if body.org_type == CHI_BO:
            pull = 0.12 if opening < 11 else -0.12 if opening > 22 else 0.0
            step = int(rng.choice([-1, 0, 1], p=[0.20 - pull, 0.58, 0.22 + pull]))
            first = int(rng.integers(1, 5))
            return [step if quarter >= first else 0 for quarter in range(1, 5)]
        rate = self.unit.growth + 0.011 * float(min(2.0, max(-2.0, rng.normal())))
        path = []
        for quarter in range(1, 5):
            change = round(opening * (rate * quarter / 4 + rng.uniform(-0.008, 0.008)))
            path.append(max(_SMALLEST[DANG_BO] - opening, change))
        return path

    def _internal_moves(
        self, rng: Rng, filed: Sequence[Body], events: Sequence[Event]
    ) -> dict[str, dict[str, int]]:
        """Draw members who change from one organisation of the unit to another in a quarter."""
        moved: dict[str, dict[str, int]] = {b.code: {"in": 0, "out": 0} for b in filed}
        settled = [b for b in filed if b.is_settled_in(self.year)]
        large = [b for b in settled if b.org_type == DANG_BO]
        for _ in range(int(rng.poisson(len(settled) * 0.18))):
            giver = large[int(rng.integers(len(large)))]
            taker = settled[int(rng.integers(len(settled)))]
            if giver is not taker:
                moved[giver.code]["out"] += 1
                moved[taker.code]["in"] += 1
        for event in events:
            if event.kind == "establish":
                founded = next(b for b in filed if b.event is event)
                givers = sorted(large, key=lambda b: (-self.stocks[b.code].members, b.code))
                for number in range(event.members):
                    moved[givers[number % len(givers)].code]["out"] += 1
                moved[founded.code]["in"] += event.members
        return moved

    def _prepare_event(
        self, body: Body, moved: dict[str, dict[str, int]], quarter: int, growth: dict[str, list[int]]
    ) -> None:
        stock = self.stocks[body.code]
        event = body.event
        if event is None:
            return
        size = stock.members
        for later in range(quarter - 1, 4):
            growth[body.code][later] = event.members if event.kind == "establish" else -size
            if event.kind == "merge":
                growth[body.successor][later] += size
        if event.kind == "merge":
            moved[body.code]["out"] += size
            moved[body.successor]["in"] += size
            heir = self.stocks[body.successor]
            heir.probation = deque(a + b for a, b in zip(heir.probation, stock.probation, strict=True))
        if event.kind != "establish":
            stock.probation = deque([0, 0, 0, 0])

    def _quarter(
        self,
        body: Body,
        quarter: int,
        growth: int,
        moved: dict[str, int],
        shares: dict[str, float],
    ) -> None:
        rng = self.rng
        stock = self.stocks[body.code]
        size, slot = stock.members, (body.code, self.year, quarter)
        settled = body.is_settled_in(self.year) and size > 0
        flows = dict.fromkeys((*INFLOWS, *OUTFLOWS, "out_struck_off_probationary"), 0)
        flows["in_transfer_internal"] = moved["in"]
        flows["out_transfer_internal"] = moved["out"]
        flows["in_admitted"] = self.admissions.counts.get(slot, 0)
        flows["out_expelled"] = self.discipline.get(slot, {}).get("members_expelled", 0)
        due = stock.probation.popleft()
        refused = part_of(rng, due, 0.012)
        stock.probation.append(flows["in_admitted"])
        leaving = 0
        if settled:
            is_large = body.org_type == DANG_BO
            flows["out_struck_off_probationary"] = refused
            flows["out_struck_off"] = refused + part_of(rng, size, 0.0006)
            flows["out_deceased"] = part_of(rng, size, 0.0019 if is_large else 0.0004)
            flows["out_resigned"] = part_of(rng, size, 0.0003)
            flows["in_restored"] = part_of(rng, size, 0.00008)
            leaving = part_of(rng, size, 0.004)
        else:
            flows["out_struck_off"] = flows["out_struck_off_probationary"] = refused
        wanted = self.result.openings[body.code, self.year] + growth
        arriving = wanted - (size + _net(flows) - leaving)
        if arriving < 0:
            leaving, arriving = leaving - arriving, 0
        far = part_of(rng, arriving, 0.35)
        flows["in_transfer_other_province"], flows["in_transfer_same_province"] = far, arriving - far
        far = part_of(rng, leaving, 0.3) if settled else 0
        flows["out_transfer_other_province"], flows["out_transfer_same_province"] = far, leaving - far
        stock.members = wanted
        self.result.quarters[slot] = Quarter(
            flows=flows,
            admission_flows=self._admission_flows(rng, body, flows["in_admitted"], due - refused, refused),
            closing=_closing(stock, shares, self.year, quarter),
        )

    def _admission_flows(
        self, rng: Rng, body: Body, admitted: int, confirmed: int, refused: int
    ) -> dict[str, int]:
        profile = self.setting.bodies.profile(body.unit)
        shape = self.setting.bodies.family_of[body.unit].admissions
        ages = [int(n) for n in rng.multinomial(admitted, [0.63, 0.25, 0.09, 0.03])]
        youth = part_of(rng, admitted, 0.66)
        elite = part_of(rng, youth, 0.92)
        is_workplace = body.sector.endswith("ENTERPRISE")
        student = part_of(rng, admitted, shape.student * (3.0 if body.sector == "PUBLIC_SERVICE" else 0.6))
        worker = part_of(rng, admitted - student, 0.8 if is_workplace else shape.worker)
        farmer = part_of(rng, admitted - student - worker, shape.farmer if body.is_commune else 0.0)
        sent = elite + int(rng.poisson(0.25 + 0.3 * admitted))
        recognised = sent + int(rng.poisson(0.1 + 0.12 * admitted))
        introduced = recognised + int(rng.poisson(0.2 + 0.25 * admitted))
        return {
            "admitted_total": admitted,
            "admitted_readmitted": part_of(rng, admitted, 0.004),
            "admitted_female": part_of(rng, admitted, profile["female"] * 1.15),
            "admitted_ethnic_minority": part_of(rng, admitted, profile["ethnic_minority"]),
            "admitted_religious": part_of(rng, admitted, profile["religious"]),
            "admitted_youth_union": youth,
            "admitted_student": student,
            "admitted_worker": worker,
            "admitted_private_owner": part_of(rng, admitted - student - worker - farmer, 0.01),
            "admitted_farmer": farmer,
            "admitted_age_18_30": ages[0],
            "admitted_age_31_40": ages[1],
            "admitted_age_41_50": ages[2],
            "admitted_age_over_50": ages[3],
            "confirmed_official": confirmed,
            "not_confirmed": refused,
            "elite_union_introduced": introduced,
            "sympathizers_recognised": recognised,
            "sent_to_awareness_class": sent,
            "admitted_from_elite_union": elite,
        }


def _net(flows: dict[str, int]) -> int:
    return sum(flows[column] for column in INFLOWS) - sum(flows[column] for column in OUTFLOWS)


def _quarter_of(event: Event) -> tuple[int, int]:
    return event.effective_on.year, (event.effective_on.month - 1) // 3 + 1


def _calm(growth: dict[str, list[int]], opening: dict[str, int], peers: Sequence[str], quarter: int) -> None:
    """Bring organisations whose growth is far from their peers' median back to it."""
    for _ in range(60):
        ratios = {code: growth[code][quarter] / opening[code] for code in peers}
        if len(ratios) < 4:
            return
        middle = median(ratios.values())
        deviation = median(abs(ratio - middle) for ratio in ratios.values())
        if deviation == 0:
            return
        odd = [c for c in peers if abs(ratios[c] - middle) > ORDINARY_DEVIATION * deviation]
        if not odd:
            return
        for code in odd:
            ordinary = round(opening[code] * middle)
            if growth[code][quarter] == ordinary:
                # A whole member is too much for a small one: let the calmest of the others vary more instead.
                calmest = sorted(peers, key=lambda c: (abs(ratios[c] - middle), c))[: len(peers) // 2]
                for number, other in enumerate(calmest):
                    growth[other][quarter] += (-1 if number % 2 else 1) * max(1, round(opening[other] * 0.003))
                break
            growth[code][quarter] = ordinary
    # A few small organisations may never settle; where most do not change at all, none is compared with others.
    for code in sorted(peers)[max(0, (len(peers) - 3) // 2) :]:
        growth[code][quarter] = 0


def _keep_most_still(growth: dict[str, list[int]], peers: Sequence[str]) -> None:
    """Let only a minority of the small cells grow or shrink: one member more or less is a tenth of a cell."""
    moving = [code for code in peers if any(growth[code])]
    for code in moving[max(0, (len(peers) - 3) // 2) :]:
        growth[code] = [0, 0, 0, 0]


def _shares(setting: Setting, body: Body) -> dict[str, float]:
    rng = setting.stream(body.code, "shares")
    profile = setting.bodies.profile(body.unit)
    shares = {name: min(0.97, share * float(rng.uniform(0.7, 1.3))) for name, share in profile.items()}
    if not body.is_commune:
        shares["exempt"] *= 0.2
    return shares


def _closing(stock: _Stock, shares: dict[str, float], year: int, quarter: int) -> dict[str, int]:
    members, drift = stock.members, 1 + 0.004 * ((year * 4 + quarter) % 12)
    return {
        "closing_members": members,
        "closing_probationary": sum(stock.probation),
        **{
            f"closing_{name}": min(members, round(members * share * drift))
            for name, share in sorted(shares.items())
        },
    }
