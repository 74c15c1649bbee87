"""check_books (fleet.py) itself: books that agree pass, and each contradiction is named."""

import copy
import unittest

from fleet import BrokenBooks, check_books


class Books:
    """A run of six requests, one of each kind and two that are ok, and the engine's log of it."""

    def __init__(self):
        self.rows = [self.row(0, "ok"), self.row(1, "ok"), self.row(2, "failed"),
                     self.row(3, "cancelled"), self.row(4, "not_sent"), self.row(5, "lost")]
        self.report = {"cases": [{"requests": {
            "planned": 6, "ok": 2, "failed": 1, "cancelled": 1, "not_sent": 1, "lost": 1,
            "errors": {"reset": 1}},
            "fleet": {"agents": [{"name": "a:1", "lost_requests": 1}]}}]}
        self.db = object()
        self.truth = [{"request_id": f"r.0.{index}", "outcome": outcome} for index, outcome in
                      ((0, "ok"), (1, "ok"), (2, "fault:reset"), (3, "client_closed"), (5, "ok"))]

    @staticmethod
    def row(index, status):
        return {"case_id": 0, "request_index": index, "request_id": f"r.0.{index}",
                "agent": "a:1", "phase": "measure", "status": status}

    def requests(self):
        return self.rows

    @staticmethod
    def describe():
        return "a made-up run"


class FleetBooksTest(unittest.TestCase):
    def assert_broken(self, change, sentence):
        books = copy.deepcopy(Books())
        change(books)
        with self.assertRaisesRegex(BrokenBooks, sentence):
            check_books(books, books.truth)

    def test_books_that_agree(self):
        books = Books()
        self.assertEqual(check_books(books, books.truth),
                         {"ok": 2, "failed": 1, "cancelled": 1, "not_sent": 1, "lost": 1})

    def test_each_contradiction_is_seen(self):
        counts = lambda books: books.report["cases"][0]["requests"]
        for change, sentence in (
                (lambda b: setattr(b, "report", None), "no report"),
                (lambda b: counts(b).update(planned=7), "planned is not the sum"),
                (lambda b: counts(b).update(ok=1, lost=2), "2 ok in run.db, 1 in the report"),
                (lambda b: counts(b)["errors"].update(reset=2), "sum of the classes"),
                (lambda b: b.report["cases"][0]["fleet"]["agents"][0].update(lost_requests=2),
                 "1 lost with a:1 in run.db, 2 in the report"),
                (lambda b: b.rows.append(b.row(0, "ok")), "two records"),
                (lambda b: b.truth.append(b.truth[0]), "r.0.0 reached the engine twice"),
                (lambda b: b.truth.append({"request_id": "r.0.9", "outcome": "ok"}),
                 "run.db does not know it"),
                (lambda b: b.truth.append({"request_id": "r.0.4", "outcome": "ok"}),
                 "r.0.4 is not_sent, and reached the engine"),
                (lambda b: b.truth.pop(0), "r.0.0 is ok, and the engine never saw it"),
                (lambda b: b.truth[1].update(outcome="client_closed"),
                 "r.0.1 is ok, and to the engine it was client_closed")):
            with self.subTest(sentence=sentence):
                self.assert_broken(change, sentence)


if __name__ == "__main__":
    unittest.main()
