"""What the vault says when it refuses: a sentence for the person at the desk."""

from django.core.exceptions import ValidationError


class VaultRefused(ValidationError):
    """The vault does not do it; nothing was changed. ``sentence`` says why and what helps."""

    @property
    def sentence(self) -> str:
        """The reason, translated."""
        return str(self.messages[0])


class WrongSecretGiven(VaultRefused):
    """The secret is not this person's, or too many tries were made; the try is counted and in the ledger."""
