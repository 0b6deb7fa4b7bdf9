"""Who acts: users, the store's members, its visitors, and the record of what they did."""

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models.functions import Lower

from stores.scope import StoreKey, TenantModel, UUIDv7


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, name: str = "", password: str | None = None, **extra: Any) -> "User":
        """A user, without a usable password unless one is given: sign-in is by e-mailed code."""
        user = self.model(email=email.strip().lower(), name=name, **extra)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, name: str = "", password: str | None = None, **extra: Any) -> "User":
        """An operator of Peerside."""
        return self.create_user(email, name, password, is_staff=True, is_superuser=True, **extra)

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)


class User(AbstractBaseUser, PermissionsMixin):
    """A person who signs in: by e-mail, in as many stores and roles as she has."""

    id = models.UUIDField(primary_key=True, db_default=UUIDv7(), editable=False)
    email = models.EmailField()
    name = models.CharField(max_length=80, blank=True)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects = UserManager()

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_once")]

    def __str__(self) -> str:
        return self.name or self.email


class Role(models.TextChoices):
    OWNER = "owner", "Owner"
    MANAGER = "manager", "Manager"
    ANALYST = "analyst", "Analyst"


class StoreMembership(TenantModel):
    """A member: a person who works for the store."""

    person_field = "user_id"

    store = StoreKey(related_name="memberships")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role.choices)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["store", "user"], name="membership_once"),
            models.CheckConstraint(name="membership_role_known", condition=models.Q(role__in=Role.values)),
        ]


class Visitor(TenantModel):
    """An anonymous browser on one store's site, known by a token whose hash alone is kept."""

    store = StoreKey(related_name="visitors")
    token_hash = models.CharField(max_length=64)
    # The origin the token was given to; it is good for no other.
    origin = models.CharField(max_length=200)
    # Told in a conversation, as evidence that ties an order to this visitor. Experts never see it.
    email = models.EmailField(blank=True)
    email_given_at = models.DateTimeField(null=True, blank=True)
    language = models.CharField(max_length=12, default="en")
    created_at = models.DateTimeField(auto_now_add=True)
    last_seen_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["store", "token_hash"], name="visitor_token_once")]
        indexes = [models.Index("store", Lower("email"), name="visitor_by_email", condition=~models.Q(email=""))]


class AuditEvent(TenantModel):
    """Who did what to which object. Written once; the database refuses to change it."""

    store = StoreKey(related_name="audit_events")
    at = models.DateTimeField()
    # Empty when the system acted by itself.
    user = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    verb = models.CharField(max_length=60)
    object_kind = models.CharField(max_length=40)
    object_id = models.CharField(max_length=64)
    data = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["store", "-at"], name="audit_by_time")]
