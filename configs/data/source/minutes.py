"""Minutes of imaginary committees, with one duty to look for."""

BODIES = [
    "the Allotment Society of Westbrook", "the Friends of the Branch Railway", "the Harbour Choir",
    "the Parents' Council of Elm Road School", "the Valley Bus Cooperative", "the Community Radio Board",
    "the Museum of Everyday Things",
]

PEOPLE = ["Amara Diallo", "Bruno Keller", "Chiara Rossi", "Dmitri Volkov", "Esther Goldberg", "Farid Nasser",
          "Greta Holm", "Hiro Matsuda", "Ines Carvalho", "Jonas Weber", "Kavita Rao", "Liam O'Connor"]

TOPICS = [
    "the leaking roof", "next year's fees", "the summer open day", "insurance for volunteers",
    "the new notice board", "parking on Saturdays", "the lost property cupboard", "a second printer",
    "the joint excursion", "storage of folding chairs", "the web page", "late replies to letters",
    "the anniversary booklet", "heating in the small hall", "the quarrel about the shared tools",
    "accessibility of the side entrance", "a treasurer's deputy", "the tea kitchen",
]

SENTENCES = [
    "{person} reported that {topic} had come up again since the last meeting.",
    "{person} asked for figures; the treasurer mentioned {120-980} in the current account and {10-90} in cash.",
    "There was some discussion about whether the matter belongs to this committee at all.",
    "{person} recalled that a similar plan had failed {2-9} years ago because nobody felt responsible.",
    "Against this, {person} pointed out that circumstances had changed and that {3-30} members had signed.",
    "A show of hands gave {5-14} in favour, {1-4} against and {0-3} abstentions.",
    "{person} offered to obtain {2-4} quotations and to bring them in writing.",
    "It was agreed not to spend more than {50-900} without asking the members.",
    "{person} warned that {topic} must not be mixed up with {topic}, which is another question.",
    "The chair thanked {person} for the work done so far, and this was warmly applauded.",
    "A letter from the district office was read aloud; it was found to be friendly but of little help.",
    "{person} preferred to wait until spring, when the days are longer and people are in a better mood.",
    "Nobody objected, though {person} wished it to be recorded that the notice had been short.",
    "{person} described how a neighbouring society had solved this with a simple list on the door.",
    "The proposal was amended so that it holds for {6-24} months and is then looked at again.",
    "{person} will telephone the supplier and pass on what was said.",
    "It was noted that the key to the cupboard has been missing since the week before last.",
    "{person} and {person} disagreed about the exact wording, and the chair suggested a pause.",
    "After the pause the mood was better and {topic} was settled in a few minutes.",
    "The secretary was asked to write down the reasons as well as the result.",
]

DUTIES = ["repaint the garden gate", "have the piano tuned", "renew the fire extinguishers",
          "collect the photographs for the archive", "write to the water company",
          "measure the stage for new curtains", "replace the bicycle stands"]


def make(deck, number, length):
    """Returns (instruction, output); the instruction has about `length` characters."""
    body = BODIES[number % len(BODIES)]
    duty = DUTIES[(number * 3) % len(DUTIES)]
    owner = deck.deal(PEOPLE)
    day = f"{deck.number(1, 28)} November {2009 + number % 14}"
    due = f"the {deck.number(4, 9)}th of December"
    chair = deck.deal(PEOPLE)
    words = {"person": PEOPLE, "topic": TOPICS}
    head = (f"Minutes of {body}, {day}\n\n"
            f"In the chair: {chair}. Present were {deck.number(9, 31)} members; the minutes of the last "
            f"meeting were approved after two small corrections. The meeting began at {deck.number(17, 19)}:"
            f"{deck.number(10, 59)} and the order of business was taken as circulated.")
    parts = [head]
    size = len(head)
    item = 0
    placed = False
    while size < length:
        item += 1
        text = f"Item {item}: {deck.deal(TOPICS)}\n\n"
        text += "\n\n".join(deck.paragraph(SENTENCES, words, deck.number(5, 7)) for _ in range(2))
        if not placed and size > length * (number % 6 + 1) / 8:
            text += (f"\n\nResolved: {owner} will {duty}, at a cost of no more than {40 + number * 7}, and will "
                     f"report that it is done by {due}.")
            placed = True
        parts.append(text)
        size += len(text) + 2
    assert placed
    question = (f"Question: Who was asked to {duty}, how much may it cost at most, and by when must it be "
                f"reported? Use only the minutes above.")
    answer = f"{owner} will {duty}, for no more than {40 + number * 7}, and report it by {due}."
    return "\n\n".join(parts + [question]), answer
