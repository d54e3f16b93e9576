"""Signing by the state's electronic-signature service, through the client that an office runs in its network.

Address, fields and answers as the public clients of many offices use them; the maker's own document was not
seen, so this adapter is **unconfirmed** until an office has tried it.
"""

from typing import Final

import httpx

from results.approval.signer import Act, refused

_PATH: Final = "/api/sign/pdf"
_TIMEOUT_S: Final = 60.0


class StateService:
    """Implements `PaperSigner`; the key never leaves the service."""

    def __init__(self, url: str, *, user: str, password: str, nik: str, passphrase: str) -> None:
        """Take the account of the office and the person.

        Args:
            url: of the office's signing client, without a path.
            user: the office's account.
            password: of that account.
            nik: the person's national number.
            passphrase: what the person alone knows.

        Raises:
            RecordError: the address holds an account, and would be seen by whoever sees the command.
        """
        if "@" in url:
            raise refused(
                "the address of the service holds a name or a password; they go into TERA_SIGN_ACCOUNT"
            )
        self._url = url.rstrip("/") + _PATH
        self._account = (user, password)
        self._person = {"nik": nik, "passphrase": passphrase}

    def sign(self, paper: bytes, act: Act) -> bytes:
        """See `PaperSigner`."""
        fields = {**self._person, "tampilan": "invisible", "reason": act.meaning, "location": act.place}
        try:
            answer = httpx.post(
                self._url,
                auth=self._account,
                data=fields,
                files={"file": ("paper.pdf", paper, "application/pdf")},
                timeout=_TIMEOUT_S,
            )
        except (httpx.HTTPError, httpx.InvalidURL) as fault:
            raise refused(f"the signing service does not answer ({type(fault).__name__})") from fault
        if answer.status_code != httpx.codes.OK:
            raise refused(f"the signing service says: {_message(answer)}")
        if not answer.content.startswith(b"%PDF"):
            raise refused("the signing service gave no PDF")
        return answer.content


def _message(answer: httpx.Response) -> str:
    try:
        content = answer.json()
    except ValueError:
        return f"status {answer.status_code}"
    found = content.get("error") or content.get("message") if isinstance(content, dict) else None
    return str(found or f"status {answer.status_code}")[:200].rstrip(".")
