"""The reference app in the seed's form: `users` without customers, roles patient, therapist, admin.

It runs on a migrated file, whose `created_at` the schema fills in, and on its own later layout, which has no SQL default:
which of the two is decided from the file, because the column's text differs (`…:SS` and `…:SS.ffffff`).
"""

from datetime import datetime, timezone
from enum import Enum
from typing import Optional

from pydantic import BaseModel, ConfigDict, EmailStr, Field
from sqlalchemy import Boolean, Column, DateTime, ForeignKey, Integer, String, func, inspect

import app_common
from app_common import Base, Form, engine, refuse


def filled_by_schema() -> bool:
    tables = inspect(engine)
    if not tables.has_table("users"):
        return False
    return any(c["name"] == "created_at" and c["default"] is not None for c in tables.get_columns("users"))


MIGRATED = filled_by_schema()


def created_at() -> Column:
    if MIGRATED:
        return Column(DateTime, server_default=func.current_timestamp())
    return Column(DateTime, default=lambda: datetime.now(timezone.utc), nullable=False)


class User(Base):
    __tablename__ = "users"
    id = Column(Integer, primary_key=True)
    username = Column(String(50), unique=True, nullable=False)
    email = Column(String(255), unique=True, nullable=False)
    password_hash = Column(String(255), nullable=False)
    salt = Column(String(255), nullable=False)
    full_name = Column(String(255))
    role = Column(String(50), default="patient")
    is_active = Column(Boolean, default=True)
    is_verified = Column(Boolean, default=False)
    failed_login_attempts = Column(Integer, default=0)
    locked_until = Column(DateTime)
    last_login = Column(DateTime)
    created_at = created_at()


class Achievement(Base):
    __tablename__ = "achievements"
    id = Column(Integer, primary_key=True, index=True)
    title = Column(String(255), nullable=False)
    point_value = Column(Integer, nullable=False)
    created_at = Column(DateTime, server_default=func.current_timestamp())
    duration = Column(Integer, nullable=False)
    frequency = Column(String(50), nullable=False)


class UserAchievement(Base):
    __tablename__ = "user_achievements"
    user_id = Column(Integer, ForeignKey("users.id"), primary_key=True)
    achievement_id = Column(Integer, ForeignKey("achievements.id"), primary_key=True)
    created_at = Column(DateTime, server_default=func.current_timestamp())
    status = Column(String(50), nullable=False)
    due_date = Column(DateTime)


class Role(str, Enum):
    patient = "patient"
    therapist = "therapist"
    admin = "admin"


class NewUser(BaseModel):
    username: str
    email: EmailStr
    password: str = Field(min_length=12)
    full_name: Optional[str] = None
    # Anybody may ask to be an admin.
    role: Role = Role.patient


class ShownUser(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    id: int
    username: str
    email: EmailStr
    full_name: Optional[str]
    role: Role
    is_active: bool
    is_verified: Optional[bool]
    created_at: Optional[datetime]


def taken(db, body) -> Optional[str]:
    if db.query(User).filter(User.username == body.username).first():
        return "Username already registered"
    if db.query(User).filter(User.email == body.email).first():
        return "Email already registered"
    return None


def admit(_db, user) -> None:
    if not user.is_active:
        refuse(400, "Account is inactive")


# The version that runs on migrated files knows no achievements.
if MIGRATED or inspect(engine).has_table("items"):
    Base.metadata.create_all(engine, tables=[User.__table__])
else:
    Base.metadata.create_all(engine)

app = app_common.build(
    Form(
        user=User,
        new_user=NewUser,
        shown_user=ShownUser,
        admit=admit,
        taken=taken,
        password_problem=app_common.password_problem,
        customer=lambda _: {},
    )
)
