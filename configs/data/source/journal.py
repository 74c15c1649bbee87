"""Journals of imaginary expeditions, with one hidden thing to look for."""

REGIONS = [
    "the Ashen Plateau", "the Seven Fjords", "the Glass Desert", "the Upper Marrow Valley",
    "the Island of Thorns", "the Whispering Steppe", "the Old Ice Road",
]

COMPANIONS = ["Ravi", "Marguerite", "old Tobias", "Sunniva", "the cook", "Idris", "Paloma"]

SENTENCES = [
    "We broke camp at first light and walked {4-19} miles before the heat made us stop.",
    "The path followed {feature} for most of the morning, then vanished among {ground}.",
    "{companion} saw {animal} on the far slope and made a quick drawing of it.",
    "The barometer fell by {2-15} points, and {companion} said that it meant {weather}.",
    "Towards noon there was {weather}, and we sheltered under {feature}.",
    "Our water will last {2-6} days if we are careful, and nobody complained about that.",
    "{companion} told the story of a grandmother who crossed {feature} alone with {2-9} goats.",
    "I measured the height of the sun twice and put us a little further south than we had hoped.",
    "Supper was rice with dried fish, and {companion} shared the last of the honey.",
    "In the night we heard {animal} close to the tents, but in the morning there were only tracks.",
    "The map shows a village here; we found nothing but {ground} and a well without a rope.",
    "{companion} has a blister, so we went slowly and talked more than usual.",
    "It is hard to describe the colour of {ground} when the light comes in low from the side.",
    "We met {2-7} herders who laughed at our boots and gave us bread.",
    "The ink has dried in its bottle, and I write this with a pencil that {companion} lent me.",
    "Crossing {feature} took {2-5} hours, and one of the mules would not go in until it was sung to.",
    "{companion} wanted to turn back and {companion} did not; in the end the weather decided for us.",
    "I have begun to count the days by the stones in my pocket, of which there are now {9-60}.",
    "From the ridge we could see the smoke of {2-5} fires and, behind them, a line that may be the sea.",
    "Nothing went wrong today, which is worth recording.",
    "The wind dropped at dusk, and for an hour one could hear {ground} settle and creak.",
]

WORDS = {
    "feature": ["a dry river bed", "a wall of black rock", "a frozen stream", "a row of leaning stones",
                "the ruined aqueduct", "a narrow gorge", "a grove of bent pines"],
    "ground": ["loose gravel", "tall yellow grass", "salt crust", "wet moss", "fallen slate", "red sand"],
    "animal": ["a grey fox", "two cranes", "a herd of wild asses", "a large owl", "something like a lynx"],
    "weather": ["hail", "a warm wind from the south", "fog for two days", "sudden snow", "dry lightning"],
    "companion": COMPANIONS,
}

THINGS = ["the spare chronometer", "the second coil of rope", "the sealed letters", "the box of lenses",
          "the reserve of lamp oil", "the tin of seeds", "the cracked sextant"]
SPOTS = ["beneath a flat stone marked with a spiral", "in the hollow of a dead cedar",
         "behind the third step of a ruined stair", "under the floor of a shepherd's hut",
         "in a cairn beside the ford", "at the foot of a leaning milestone"]


def make(deck, number, length):
    """Returns (instruction, output); the instruction has about `length` characters."""
    region = REGIONS[number % len(REGIONS)]
    thing = THINGS[(number * 2) % len(THINGS)]
    spot = SPOTS[number % len(SPOTS)]
    keeper = deck.deal(COMPANIONS)
    head = (f"A journal of the crossing of {region}, kept in the year 18{31 + number}\n\n"
            f"We are {deck.number(5, 9)} people, {deck.number(3, 12)} mules and a dog who belongs to nobody. "
            f"I shall write every evening, if only a few lines, so that those who come after us may know "
            f"which way to take and which mistakes have already been made.")
    parts = [head]
    size = len(head)
    day = 0
    hidden_on = 0
    while size < length:
        day += deck.number(1, 2)
        text = f"Day {day}\n\n" + "\n\n".join(
            deck.paragraph(SENTENCES, WORDS, deck.number(4, 7)) for _ in range(2))
        if hidden_on == 0 and size > length * (number % 5 + 1) / 7:
            hidden_on = day
            text += (f"\n\nTo lighten the loads, {keeper} hid {thing} {spot}, where we mean to fetch it on the "
                     f"way home.")
        parts.append(text)
        size += len(text) + 2
    assert hidden_on > 0
    question = ("Question: What did the travellers leave behind to lighten their loads, who hid it, where, and on "
                "which day of the journal? Then summarise the journey in five sentences.")
    answer = f"On day {hidden_on}, {keeper} hid {thing} {spot}."
    return "\n\n".join(parts + [question]), answer
