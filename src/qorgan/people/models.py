"""Who exists: organisations (a tree), persons, users, appointments by order, signatures."""

import uuid
from datetime import date
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from qorgan.people.numbers import validate_bin, validate_iin, validate_service_number


class Organisation(models.Model):
    """A committee, a territorial division, later a chain or a store. ``parent`` makes the tree. No personal data."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    code = models.SlugField(max_length=40, unique=True)
    name_kk = models.CharField(max_length=300)
    name_ru = models.CharField(max_length=300)
    bin = models.CharField(max_length=12, blank=True, validators=[validate_bin])
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="children")

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name in the language of the page."""
        return self.name_ru if get_language() == "ru" else self.name_kk


class Person(models.Model):
    """A human being known by name: inspector, head, auditor. Personal data. Never deleted while journals name the person."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="persons")
    family_name = models.CharField(max_length=100)
    given_name = models.CharField(max_length=100)
    patronymic = models.CharField(max_length=100, blank=True)
    service_number = models.CharField(max_length=6, blank=True, validators=[validate_service_number])
    iin = models.CharField(max_length=12, blank=True, validators=[validate_iin])
    email = models.EmailField(blank=True)  # where Qorgan's letters go; of the office, not private
    pin = models.CharField(max_length=200, blank=True)  # argon2id
    pin_failures = models.PositiveSmallIntegerField(default=0)
    pin_blocked_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["service_number"], condition=~Q(service_number=""), name="people_service_number_once"),
            models.UniqueConstraint(fields=["iin"], condition=~Q(iin=""), name="people_iin_once"),
        ]

    def __str__(self) -> str:
        return self.full_name

    @property
    def full_name(self) -> str:
        """Family name, given name, patronymic (if there is one), as column 3 of the journal asks."""
        return " ".join(part for part in (self.family_name, self.given_name, self.patronymic) if part)

    @property
    def short_name(self) -> str:
        """Initial and family name, as acts print it: "А. Серік"."""
        return f"{self.given_name[:1]}. {self.family_name}" if self.given_name else self.family_name


class Post(models.TextChoices):
    """What an appointment makes of a person. Rights follow from it (:mod:`qorgan.people.rights`)."""

    HEAD = "head", _("Head of the division")
    RESPONSIBLE = "responsible", _("Responsible person")
    INSPECTOR = "inspector", _("State inspector")
    ADMINISTRATOR = "administrator", _("Administrator")
    AUDITOR = "auditor", _("Auditor")
    FACILITY_HEAD = "facility_head", _("Head of the facility")
    SECURITY_OFFICER = "security_officer", _("Responsible for the protection of the facility")
    DEPUTY = "deputy", _("Deputy of the one responsible for protection")
    PASS_OFFICER = "pass_officer", _("Responsible for the pass regime")


class AppointmentQuerySet(models.QuerySet["Appointment"]):
    """Appointments, asked by day."""

    def in_force(self, day: date | None = None) -> "AppointmentQuerySet":
        """Those that hold on ``day`` (today in Almaty by default)."""
        day = day or timezone.localdate()
        return self.filter(starts_on__lte=day).filter(Q(ends_on=None) | Q(ends_on__gte=day)).filter(ended_at=None)


class Appointment(models.Model):
    """A person holds a post in an organisation, by an order, from a day, until a day or an ending. 444 p.6.

    ``ends_on`` is the last day in force. ``ended_at`` ends it within the day: access goes with the very next request.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="appointments")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="appointments")
    post = models.CharField(max_length=20, choices=Post.choices)
    order_number = models.CharField(max_length=60)
    order_date = models.DateField()
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    end_order_number = models.CharField(max_length=60, blank=True)

    objects = AppointmentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="people_appointment_ends_after_start"),
        ]
        indexes = [models.Index(fields=["person", "starts_on"])]

    def __str__(self) -> str:
        return f"{self.person.short_name}, {self.get_post_display()}"


class UserManager(BaseUserManager["User"]):
    """Users are found by login, whatever its case."""

    def get_by_natural_key(self, username: str | None) -> "User":
        """Find by login."""
        return self.get(login__iexact=username)

    def create_user(self, login: str, password: str, person: Person, **values: Any) -> "User":
        """Make a user with a hashed password."""
        user = self.model(login=login.lower(), person=person, **values)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """A sign-in: login, password, language of the pages. One a person. What it may do follows from appointments."""

    login = models.CharField(max_length=60, unique=True)
    person = models.OneToOneField(Person, on_delete=models.PROTECT, related_name="user")
    language = models.CharField(max_length=2, default="kk", choices=[("kk", "Қазақша"), ("ru", "Русский"), ("en", "English")])
    is_active = models.BooleanField(default=True)

    objects = UserManager()

    USERNAME_FIELD = "login"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    def __str__(self) -> str:
        return self.login


class Signature(models.Model):
    """An act of signing: who, in what post, over which digest, by which method, when. Never changes (444 p.8-9).

    Name and post are frozen as they were. ``digest`` is SHA-256 of the canonical form of what was signed. Personal data.
    """

    class Method(models.TextChoices):
        """How the signer proved to be the signer."""

        PIN = "pin", _("PIN")
        PASSWORD = "password", _("password")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="signatures")
    name = models.CharField(max_length=300)
    post = models.CharField(max_length=20, blank=True)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    method = models.CharField(max_length=20, choices=Method.choices)
    digest = models.CharField(max_length=64)
    signed_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.name}, {self.signed_at:%Y-%m-%d %H:%M:%S}"

    @property
    def post_shown(self) -> str:
        """The post in words."""
        return str(Post(self.post).label) if self.post else ""


class Letter(models.Model):
    """A letter to one person or address, and what became of it. Written in the transaction of the act it speaks of. Personal data.

    What it says never changes. Without an ``address`` it goes to the one that the person has when it is sent. ``problem`` and
    ``answer`` are the last result; every try is a :class:`Delivery`.
    """

    class Problem(models.TextChoices):
        """Why a letter has not gone, as the last try found it."""

        ADDRESS = "address", _("the person has no e-mail address")
        NAME = "name", _("the name of the mail server is not known")
        UNREACHABLE = "unreachable", _("the mail server cannot be reached")
        TIMEOUT = "timeout", _("the mail server does not answer in time")
        TLS = "tls", _("the connection to the mail server cannot be protected")
        LOGIN = "login", _("the mail server does not accept Qorgan's name and password")
        SENDER = "sender", _("the mail server does not accept the sender's address")
        REFUSED = "refused", _("the mail server refuses this letter")
        LATER = "later", _("the mail server asks to try later")
        CLOSED = "closed", _("the mail server broke off")
        LETTER = "letter", _("the letter cannot be put into the form of mail")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, null=True, related_name="letters")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="letters")
    address = models.EmailField(blank=True)
    subject = models.CharField(max_length=200)
    text = models.TextField()
    about = models.CharField(max_length=100)  # "malfunction:<uuid>"
    made_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField(default=timezone.now)  # the next try; a try under way moves it on, so that two workers do not meet
    attempts = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    given_up_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=20, blank=True, choices=Problem.choices)
    answer = models.CharField(max_length=300, blank=True)  # the mail server's own words

    class Meta:
        indexes = [
            models.Index(fields=["due_at"], condition=Q(sent_at=None, given_up_at=None), name="people_letter_due"),
            models.Index(fields=["organisation", "-made_at", "id"], name="people_letter_by_time"),
            models.Index(fields=["about"], name="people_letter_about"),
        ]

    def __str__(self) -> str:
        return self.subject

    @property
    def state(self) -> str:
        """``sent``, ``given-up``, ``failing`` (tried, to be tried again) or ``waiting``."""
        if self.sent_at is not None:
            return "sent"
        if self.given_up_at is not None:
            return "given-up"
        return "failing" if self.problem else "waiting"


class Delivery(models.Model):
    """One try to hand a letter to the mail server: accepted, or why not. Never changes. No personal data of its own."""

    letter = models.ForeignKey(Letter, on_delete=models.PROTECT, related_name="deliveries")
    at = models.DateTimeField(default=timezone.now)
    problem = models.CharField(max_length=20, blank=True, choices=Letter.Problem.choices)  # "": accepted
    answer = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes = [models.Index(fields=["letter", "-at"], name="people_delivery_of_letter")]

    def __str__(self) -> str:
        return f"{self.letter_id} {self.problem or 'accepted'}"
