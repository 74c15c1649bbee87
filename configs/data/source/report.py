"""Inspection reports of imaginary public works, with one finding to look for."""

PLACES = [
    ("the Harrow Quay tide gate", "tide gate"), ("the Linden Street footbridge", "footbridge"),
    ("the Copper Hill water tower", "water tower"), ("the Saltmarsh pumping station", "pumping station"),
    ("the Northfield glasshouse", "glasshouse"), ("the Merrow Point lighthouse", "lighthouse"),
    ("the Old Mill canal lock", "canal lock"),
]

PARTS = [
    "main drive shaft", "eastern support column", "upper walkway", "control cabinet", "drain channel",
    "ventilation louvre", "emergency ladder", "primary bearing", "northern parapet", "cable tray",
    "inspection hatch", "lubrication line", "standby generator", "level sensor", "roof membrane",
    "foundation slab", "hand winch", "pressure gauge", "handrail", "access door",
]

SENTENCES = [
    "The {part} was examined in daylight, first from the ground and then at arm's length.",
    "{person} cleaned a strip of about {10-60} centimetres so that the surface could be seen.",
    "No crack was found there, but the paint has lifted over an area of {2-30} square decimetres.",
    "The thickness, measured at {3-12} points, came out at {6-19} millimetres with little scatter.",
    "Compared with the photographs of the last visit, the {part} looks {change}.",
    "We listened to it while it was running and noticed {sound}.",
    "The bolts were checked with a torque wrench; {2-9} of {12-40} had to be tightened by a quarter turn.",
    "Water stands beside the {part} after rain, which explains the {stain} stain on the lower edge.",
    "The label still shows the year of manufacture, but the serial number can no longer be read.",
    "According to the log book, the {part} was last serviced {3-26} months ago by {person}.",
    "The temperature of the housing rose by {4-22} degrees during an hour of continuous work.",
    "We recommend that {remedy} before the next winter, although the matter is not urgent.",
    "A bird's nest was found behind the {part}; it was left alone, and the swallows were not disturbed.",
    "The drawing in the archive shows a different arrangement and should be corrected.",
    "{person} remembers that the same spot was repaired once before, at about the time of the flood.",
    "The insulation resistance was {20-400} megohms, well above what the manual asks for.",
    "Access is awkward: one person has to hold the lamp while the other reads the scale.",
    "Between the {part} and the {neighbour} there is a gap of {2-14} millimetres that is not on any drawing.",
    "The rubber seal has become hard, yet it closed well enough when we poured water over it.",
    "The reading drifted by {1-6} per cent in the course of the morning and then settled.",
    "Vibration was low at every speed except near {300-900} revolutions per minute.",
    "All in all the {part} is in {state} condition for its age.",
]

WORDS = {
    "change": ["much the same", "slightly worse", "better than expected", "darker at the edges",
               "a little more worn on the windward side"],
    "sound": ["nothing unusual", "a faint ticking once per turn", "a low hum that stopped after a minute",
              "a scraping noise when the load came off", "only the wind"],
    "stain": ["brown", "greenish", "pale grey", "rust-red", "chalky"],
    "remedy": ["the seal be renewed", "the surface be primed and painted", "a drip tray be fitted",
               "the fasteners be replaced by stainless ones", "the cover be hinged on the other side"],
    "state": ["good", "fair", "very good", "acceptable", "surprisingly good"],
    "person": ["Ms Adeyemi", "Mr Kowalski", "the apprentice", "Ms Tanaka", "the caretaker", "Mr Okafor",
               "Ms Lindqvist", "our colleague from the survey office"],
    "neighbour": ["wall", "next frame", "casing", "mounting plate", "stone behind it"],
}

MONTHS = ["January", "February", "March", "April", "May", "June", "September", "October", "November"]


def make(deck, number, length):
    """Returns (instruction, output); the instruction has about `length` characters."""
    place, kind = PLACES[number % len(PLACES)]
    year = 2011 + number % 12
    urgent = deck.deal(PARTS)
    deadline = f"{deck.number(2, 27)} {deck.deal(MONTHS)} {year + 1}"
    parts = [
        f"Report {year}-{deck.number(100, 999)}: periodic inspection of {place}\n\n"
        f"This report describes the state of the {kind} as found on two dry days in {year}. Each section "
        f"deals with one component; measurements were taken with instruments calibrated in the same year. "
        f"Where nothing is said about a component, it was seen and found in order."
    ]
    section = 0
    size = len(parts[0])
    finding = (f"One matter cannot wait: the {urgent} has lost a third of its section to corrosion, and it "
               f"must be replaced no later than {deadline}; until then the {kind} may be used only in daylight.")
    placed = False
    while size < length:
        section += 1
        part = deck.deal(PARTS)
        words = dict(WORDS, part=part)
        text = f"{section}. {part.capitalize()}\n\n"
        text += "\n\n".join(deck.paragraph(SENTENCES, words, deck.number(5, 8)) for _ in range(2))
        if not placed and size > length * (number % 5 + 2) / 8:
            text += "\n\n" + finding
            placed = True
        parts.append(text)
        size += len(text) + 2
    assert placed
    question = (f"Question: Which component of the {kind} must be replaced according to this report, by what "
                f"date, and how may the {kind} be used until then? Answer in one or two sentences.")
    answer = f"The {urgent} must be replaced by {deadline}; until then the {kind} may be used only in daylight."
    return "\n\n".join(parts + [question]), answer
