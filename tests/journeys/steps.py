"""The steps that the stories share: a complaint as the public follows it and as staff work on it, over HTTP alone."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from feedback.stages import TOLD_BY_LETTER, UNTIL_TOLD
from tests.attachments.samples import png_with_text
from tests.cast import AT, INDEPENDENT, NO_TICKS, Cast

CASES = "/api/v1/cases/"
MINUTE = dt.timedelta(minutes=1)
TOLD = "We looked into what happened. This is what we found, and why."
CONDUCT = {"alleges_crime_or_discipline": True}
GRAVE = {"alleges_mandatory_referral": True, **CONDUCT}


@dataclass
class Story:
    """One complaint from its sending on. Time stands still until the story moves it on."""

    cast: Cast
    browser: APIClient
    clock: time_machine.Traveller
    reference: str = ""
    receipt: str = ""
    now: dt.datetime = AT

    # ---- time

    def wait(self, *, days: int) -> None:
        self.now += dt.timedelta(days=days)
        self.clock.move_to(self.now, tick=False)

    @property
    def today(self) -> str:
        return self.now.date().isoformat()

    # ---- the public

    def complain(self, **fields: Any) -> Story:
        body = {
            "what_happened": "The officer at the desk was rude to me.",
            "name": "Maya Field",
            "email": "maya@home.test",
        }
        sent = self.browser.post("/api/v1/complaints/", {**body, "neighbourhood": "OT1", **fields}, format="json")
        assert sent.status_code == 201, sent.json()
        self.reference, self.receipt = sent.json()["reference"], sent.json()["receipt"]
        return self

    def tracked(self) -> dict[str, Any]:
        """What the holder of the receipt reads. Nobody of the force is named in it."""
        seen = self.browser.get("/api/v1/track/", headers={"X-Receipt": self.receipt})
        assert seen.status_code == 200, seen.content
        words = str(seen.json()).lower()
        assert not any(f"{name}@" in words for name in self.cast.users)
        found: dict[str, Any] = seen.json()
        return found

    def reads(self, stage: str, explanation: str) -> None:
        """The stage that tracking shows, and a part of what it says about it."""
        seen = self.tracked()
        assert seen["stage"] == stage, seen
        assert explanation in seen["explanation"], seen

    def hears(self, stage: str, explanation: str) -> None:
        """A stage that a letter tells of: tracking shows it once that has gone, and not before."""
        assert self.tracked()["stage"] == UNTIL_TOLD
        for notice in self.read(path="notices/"):
            if notice["to"] == "COMPLAINANT" and not notice["settled_on"] and notice["kind"] in TOLD_BY_LETTER:
                parts = self.read(path=f"notices/{notice['public_id']}/draft/")["parts"]
                body = {"parts": dict.fromkeys(parts, "As it stands today.")}
                self.does("beth", "post", f"notices/{notice['public_id']}/send/", body)
        self.reads(stage, explanation)

    def was_told(self) -> list[str]:
        return [message["text"] for message in self.tracked()["messages"]]

    # ---- staff

    def read(self, who: str = "beth", path: str = "") -> Any:
        answer = self.cast.client(who).get(f"{CASES}{self.reference}/{path}")
        assert answer.status_code == 200, (who, path, answer.content)
        return answer.json()

    def send(self, who: str, method: str, path: str, body: dict[str, Any] | None = None, *, file: bool = False) -> Any:
        """One change, on the version that was read just before."""
        client, url = self.cast.client(who), f"{CASES}{self.reference}/"
        # Each step takes its minute: what happened in which order can be read afterwards.
        self.now += MINUTE
        self.clock.move_to(self.now, tick=False)
        tag = self.cast.client("beth").get(url)["ETag"]
        return getattr(client, method)(
            f"{url}{path}", body or {}, format="multipart" if file else "json", headers={"If-Match": tag}
        )

    def does(self, who: str, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        answer = self.send(who, method, path, body)
        assert answer.status_code in (200, 201, 204), (who, path, answer.content)
        return answer.json() if answer.content else None

    def offered(self, who: str, move: str) -> dict[str, Any]:
        return next(each for each in self.read(who, "moves/")["moves"] if each["move"] == move)

    def move(self, who: str, move: str, state: str, **details: Any) -> dict[str, Any]:
        """A move that was offered to them, with all that it needs, and that leads where it was said to lead."""
        if "investigator" in details:
            details = {**INDEPENDENT, **details}
        offer = self.offered(who, move)
        assert offer["allowed"], offer["why_not"]
        assert {need["name"] for need in offer["needs"]} == set(details), offer["needs"]
        answer = self.send(who, "post", "moves/", {"move": move, "details": details})
        assert answer.status_code == 200, answer.json()
        assert answer.json()["state"] == state == offer["target"], (answer.json()["state"], offer["target"])
        moved: dict[str, Any] = answer.json()
        return moved

    def cannot(self, who: str, move: str, because: str, /, **details: Any) -> None:
        """A move that is not offered, for a reason that is given, and refused where it is tried all the same."""
        offer = self.offered(who, move)
        assert not offer["allowed"]
        assert because in " ".join(against["why"] for against in offer["why_not"]), offer["why_not"]
        assert self.send(who, "post", "moves/", {"move": move, "details": details}).status_code in (403, 409)

    def paper(self) -> dict[str, str]:
        """A notice that came in: the file is put to the case, and named with its day."""
        return {"document": self.upload(), "dated_on": self.today}

    def upload(self) -> str:
        file = SimpleUploadedFile("notice.png", png_with_text(), content_type="image/png")
        answer = self.send("beth", "post", "files/", {"file": file}, file=True)
        assert answer.status_code == 201, answer.content
        return str(answer.json()["public_id"])

    def owed(self, who: str = "beth") -> list[str]:
        return [duty["rule"] for duty in self.read(who, "deadlines/")]

    def complainants(self) -> list[str]:
        return [each["public_id"] for each in self.read()["complainants"]]

    # ---- several steps that many stories begin with

    def assessed(self, **ticks: bool) -> Story:
        self.move("amal", "take", "ASSESSING")
        self.does("amal", "put", "assessment/", {**NO_TICKS, **ticks})
        return self

    def contacted(self, *, wishes_recording: bool = False) -> Story:
        contact = {"contacted_on": self.today, "views": "An apology.", "wishes_recording": wishes_recording}
        self.move("amal", "record_contact", "CONTACTED", **contact)
        return self

    def handled_outside(self) -> Story:
        self.assessed().contacted().move("beth", "handle_outside", "HANDLING_OUTSIDE")
        return self

    def recorded(self, **ticks: bool) -> Story:
        self.assessed(**(ticks or CONDUCT)).contacted().move("amal", "record", "RECORDED")
        return self

    def looked_at(self, *, indicates_misconduct: bool) -> Story:
        body = {"indicates_misconduct": indicates_misconduct, "exception": "", "reason": "By what is alleged."}
        self.does("beth", "put", "duty-to-investigate/", body)
        return self

    def alleged(self, category: str = "H1") -> str:
        """One allegation, coded; answers its public id."""
        made = self.does("beth", "post", "allegations/", {"summary": "They were rude at the front desk."})
        self.does("beth", "put", f"allegations/{made['public_id']}/coding/", {"category": category})
        return str(made["public_id"])

    def investigated(self, **more: Any) -> Story:
        self.move(
            "beth", "investigate", "LOCAL_INV", investigator="fay@westshire.test", terms="What was said at the desk."
        )
        return self

    def reported(self, allegation: str, opinion: str = "NOT_SPECIAL") -> Story:
        self.does("fay", "put", f"allegations/{allegation}/opinion/", {"opinion": opinion, "reasons": "The recording."})
        self.move("fay", "submit_report", "REPORT_SUBMITTED", summary="What was seen and heard.")
        return self

    def decided(self, allegation: str, finding: str = "NOT_ACCEPTABLE") -> Story:
        """Begun and decided by one of the authority; told by another."""
        if self.read()["state"] != "DECISION":
            self.move("beth", "begin_decision", "DECISION")
        where = f"allegations/{allegation}/"
        self.does("beth", "put", f"{where}decision/", {"finding": finding, "rationale": "On the evidence."})
        self.does("beth", "put", f"{where}actions/", {"actions": []})
        return self

    def told(self) -> Story:
        self.move("lev", "send_outcome", "OUTCOME_SENT", told=TOLD)
        assert TOLD in self.was_told()[-1]
        assert ("review" in self.was_told()[-1]) == bool(self.read()["review_body"]), (
            "the right to one, where there is one"
        )
        return self

    def handled_otherwise(self) -> str:
        """Recorded, and handled otherwise than by investigation up to the outcome; answers the allegation."""
        self.looked_at(indicates_misconduct=False)
        allegation = self.alleged()
        self.move("beth", "handle_otherwise", "OTBI", reason="Nothing indicates misconduct.")
        self.hears("OTBI", "without a formal investigation")
        self.decided(allegation).told()
        return allegation
