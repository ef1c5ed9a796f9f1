"""The reference app in its newest form: customers, roles user, moderator, admin, and no uniqueness at all.

Its login takes the first row that has the e-mail, and never looks at `is_active`.
"""

from datetime import datetime, timezone
from enum import Enum
from typing import Optional

from pydantic import BaseModel, ConfigDict, EmailStr
from sqlalchemy import Boolean, Column, DateTime, ForeignKey, Integer, String, Text, func

import app_common
from app_common import Base, Form, engine, refuse


def utc_now() -> datetime:
    return datetime.now(timezone.utc)


class Achievement(Base):
    __tablename__ = "achievements"
    id = Column(Integer, primary_key=True, index=True)
    title = Column(String(255), nullable=False)
    description = Column(String)
    point_value = Column(Integer, nullable=False)
    created_at = Column(DateTime, server_default=func.current_timestamp())
    duration = Column(Integer, nullable=False)
    frequency = Column(String(50), nullable=False)


class Customer(Base):
    __tablename__ = "customers"
    id = Column(Integer, primary_key=True)
    company_name = Column(String(255), unique=True, nullable=False)
    company_email = Column(String(255), unique=True, nullable=False)
    company_phone = Column(String(50))
    company_address = Column(Text)
    subscription_plan = Column(String(50))
    max_users = Column(Integer)
    is_active = Column(Boolean, default=True)
    is_verified = Column(Boolean, default=False)
    billing_email = Column(String(255))
    subscription_expires_at = Column(DateTime)
    admin_first_name = Column(String(100), nullable=False)
    admin_last_name = Column(String(100), nullable=False)
    admin_email = Column(String(255), nullable=False)
    admin_phone = Column(String(50))
    created_at = Column(DateTime, default=utc_now, nullable=False)
    updated_at = Column(DateTime, default=utc_now)


class User(Base):
    __tablename__ = "users"
    id = Column(Integer, primary_key=True)
    customer_id = Column(Integer, ForeignKey("customers.id"))
    username = Column(String(50), nullable=False)
    email = Column(String(255), nullable=False)
    password_hash = Column(String(255), nullable=False)
    salt = Column(String(255), nullable=False)
    full_name = Column(String(255))
    role = Column(String(50), default="user")
    is_active = Column(Boolean, default=True)
    is_verified = Column(Boolean, default=False)
    failed_login_attempts = Column(Integer, default=0)
    locked_until = Column(DateTime)
    last_login = Column(DateTime)
    created_at = Column(DateTime, default=utc_now, nullable=False)


class UserAchievement(Base):
    __tablename__ = "user_achievements"
    user_id = Column(Integer, ForeignKey("users.id"), primary_key=True)
    achievement_id = Column(Integer, ForeignKey("achievements.id"), primary_key=True)
    created_at = Column(DateTime, server_default=func.current_timestamp())
    status = Column(String(50), nullable=False)
    due_date = Column(DateTime)


class Role(str, Enum):
    user = "user"
    moderator = "moderator"
    admin = "admin"


class NewUser(BaseModel):
    username: str
    email: EmailStr
    password: str
    full_name: Optional[str] = None
    role: Role = Role.user
    customer_id: Optional[int] = None


class ShownUser(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    id: int
    customer_id: Optional[int]
    username: str
    email: EmailStr
    full_name: Optional[str]
    # Plain text here: a role of the older form is shown, only NULL fails.
    role: str
    is_active: bool
    is_verified: Optional[bool]
    created_at: Optional[datetime]


def taken(db, body) -> Optional[str]:
    # Clashes count within one customer only.
    same_customer = db.query(User).filter(User.customer_id == body.customer_id)
    if same_customer.filter(User.username == body.username).first():
        return "Username already registered"
    if same_customer.filter(User.email == body.email).first():
        return "Email already registered"
    return None


def admit(db, user) -> None:
    customer = db.query(Customer).filter(Customer.id == user.customer_id).first()
    if customer is None:
        return
    if not customer.is_active:
        refuse(403, "Customer account is inactive")
    paid_until = customer.subscription_expires_at
    if paid_until and paid_until < utc_now().replace(tzinfo=None):
        refuse(403, "Subscription has expired")


def password_problem(password: str) -> Optional[str]:
    if not password:
        return "Password is required"
    if not 8 <= len(password) <= 64:
        return "Password must be between 8 and 64 characters"
    return app_common.patterns_problem(password)


Base.metadata.create_all(engine)

app = app_common.build(
    Form(
        user=User,
        new_user=NewUser,
        shown_user=ShownUser,
        admit=admit,
        taken=taken,
        password_problem=password_problem,
        customer=lambda of: {"customer_id": of.customer_id},
    )
)
