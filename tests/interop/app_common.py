"""What both forms of the reference app share: rules, hashes, tokens, routes.

The app is kept as it was observed, faults included: a repaired fault here would make a test of the tool prove nothing.
The one that surprises most: a lock is written as naive text and compared with an aware "now", so it answers 500 for ever.
"""

import os
import re
import secrets
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, Callable, Optional

from dotenv import load_dotenv
from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from passlib.context import CryptContext
from pydantic import BaseModel, ConfigDict, EmailStr
from sqlalchemy import create_engine
from sqlalchemy.orm import Session, declarative_base, sessionmaker

load_dotenv(Path.cwd() / ".env")

SECRET_KEY = os.getenv("SECRET_KEY", "your-secret-key-change-in-production-mental-health-app")
DATABASE_URL = os.getenv("DATABASE_URL", "sqlite:///./app.db")
TOKEN_LIB = os.getenv("TOKEN_LIB", "jose")
ALGORITHM = "HS256"
ACCESS_SECONDS = 1800
REFRESH_SECONDS = 604_800
ATTEMPTS = 5
LOCK = timedelta(minutes=30)

engine = create_engine(DATABASE_URL, connect_args={"check_same_thread": False})
SessionLocal = sessionmaker(autocommit=False, autoflush=False, bind=engine)
Base = declarative_base()


def session():
    db = SessionLocal()
    try:
        yield db
    finally:
        db.close()


# Passwords

hashes = CryptContext(
    schemes=["argon2", "bcrypt"],
    deprecated="auto",
    argon2__memory_cost=65536,
    argon2__time_cost=3,
    argon2__parallelism=1,
)


def new_salt() -> str:
    return secrets.token_hex(16)


def hash_password(password: str, salt: str) -> str:
    return hashes.hash(password + salt)


def verify_password(password: str, salt: str, stored: str) -> bool:
    # Whatever the library raises counts as a wrong password.
    try:
        return hashes.verify(password + salt, stored)
    except Exception:
        return False


# Input rules: a message, or None where the text passes

SPECIAL = '!@#$%^&*(),.?":{}|<>'
RUNS_OF_DIGITS = [f"{(n) % 10}{(n + 1) % 10}{(n + 2) % 10}" for n in range(9)]
LETTERS = "abcdefghijklmnopqrstuvwxyz"
RUNS_OF_LETTERS = [LETTERS[n : n + 3] for n in range(24)]


def patterns_problem(password: str) -> Optional[str]:
    lowered = password.lower()
    if re.search(r"(.)\1\1", lowered):
        return "Password contains repeated characters"
    if any(run in lowered for run in RUNS_OF_DIGITS):
        return "Password contains sequential numbers"
    if any(run in lowered for run in RUNS_OF_LETTERS):
        return "Password contains sequential letters"
    return None


def password_problem(password: str) -> Optional[str]:
    if not password:
        return "Password is required"
    if not 12 <= len(password) <= 128:
        return "Password must be between 12 and 128 characters"
    for pattern, what in ((r"[A-Z]", "uppercase letter"), (r"[a-z]", "lowercase letter"), (r"\d", "digit")):
        if not re.search(pattern, password):
            return f"Password must contain at least one {what}"
    if not any(special in password for special in SPECIAL):
        return "Password must contain at least one special character"
    return patterns_problem(password)


def username_problem(username: str) -> Optional[str]:
    if not username:
        return "Username is required"
    if not 3 <= len(username) <= 50:
        return "Username must be between 3 and 50 characters"
    # `$` also matches before one trailing newline: such names are stored.
    if not re.match(r"^[a-zA-Z0-9_-]+$", username):
        return "Username can only contain letters, numbers, hyphens, and underscores"
    return None


def full_name_problem(full_name: Optional[str]) -> Optional[str]:
    if not full_name:
        return None
    stripped = full_name.strip()
    if not 2 <= len(stripped) <= 100:
        return "Full name must be between 2 and 100 characters"
    if not re.match(r"^[a-zA-Z\s\-'.]+$", stripped):
        return "Full name contains invalid characters"
    return None


# Tokens


class BadToken(Exception):
    """What the token library refuses; anything else that it raises is a 500."""


if TOKEN_LIB == "pyjwt":
    import jwt

    def encode(claims: dict) -> str:
        return jwt.encode(claims, SECRET_KEY, algorithm=ALGORITHM)

    def decode(token: str) -> dict:
        try:
            return jwt.decode(token, SECRET_KEY, algorithms=[ALGORITHM])
        except jwt.PyJWTError as refused:
            raise BadToken(str(refused)) from refused

else:
    from jose import JWTError
    from jose import jwt

    def encode(claims: dict) -> str:
        return jwt.encode(claims, SECRET_KEY, algorithm=ALGORITHM)

    def decode(token: str) -> dict:
        try:
            return jwt.decode(token, SECRET_KEY, algorithms=[ALGORITHM])
        except JWTError as refused:
            raise BadToken(str(refused)) from refused


def now() -> datetime:
    return datetime.now(timezone.utc)


def token(claims: dict, kind: str, seconds: int) -> str:
    issued = int(now().timestamp())
    return encode({**claims, "exp": issued + seconds, "iat": issued, "type": kind, "jti": uuid.uuid4().hex})


def token_response(user: Any, customer: dict) -> dict:
    return {
        "access_token": token(
            {"user_id": user.id, "email": user.email, "role": user.role, **customer}, "access", ACCESS_SECONDS
        ),
        "refresh_token": token({"user_id": user.id, **customer}, "refresh", REFRESH_SECONDS),
        "token_type": "bearer",
        "expires_in": ACCESS_SECONDS,
    }


# Routes


class Login(BaseModel):
    email: EmailStr
    password: str


class OldNewUser(BaseModel):
    username: str
    email: EmailStr


class OldUser(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    id: int
    username: str
    email: EmailStr
    created_at: Optional[datetime]


@dataclass(frozen=True)
class Form:
    """Where the seed's form and the newest one differ."""

    user: type
    new_user: type
    shown_user: type
    # (db, user): raises where the account may not log in; runs before the password is looked at
    admit: Callable[[Session, Any], None]
    # (db, body): the message of a clash, or None
    taken: Callable[[Session, Any], Optional[str]]
    # password: the message of a broken rule, or None
    password_problem: Callable[[str], Optional[str]]
    # user or body: the columns, and claims, that only the newest form has
    customer: Callable[[Any], dict]


def refuse(status: int, detail: Optional[str]) -> None:
    if detail is not None:
        raise HTTPException(status_code=status, detail=detail)


def build(form: Form) -> FastAPI:
    app = FastAPI()
    User = form.user
    bearer = HTTPBearer()

    @app.post("/api/v1/auth/register", response_model=form.shown_user, status_code=201)
    def register(body: form.new_user, db: Session = Depends(session)):
        refuse(400, form.taken(db, body))
        refuse(400, username_problem(body.username))
        refuse(400, full_name_problem(body.full_name))
        refuse(400, form.password_problem(body.password))
        salt = new_salt()
        user = User(
            username=body.username,
            email=body.email,
            password_hash=hash_password(body.password, salt),
            salt=salt,
            full_name=body.full_name,
            role=body.role.value,
            **form.customer(body),
        )
        db.add(user)
        db.commit()
        db.refresh(user)
        return user

    @app.post("/api/v1/auth/login")
    def login(body: Login, db: Session = Depends(session)):
        user = db.query(User).filter(User.email == body.email).first()
        if user is None:
            refuse(401, "Invalid email or password")
        # TypeError, hence 500, for every naive value.
        if user.locked_until and user.locked_until > now():
            refuse(401, "Account is temporarily locked due to multiple failed login attempts")
        form.admit(db, user)
        if not verify_password(body.password, user.salt, user.password_hash):
            # Read, then write: two failures at once may count as one, and NULL raises.
            user.failed_login_attempts += 1
            if user.failed_login_attempts >= ATTEMPTS:
                user.locked_until = now() + LOCK
            db.commit()
            refuse(401, "Invalid email or password")
        user.last_login = now()
        user.failed_login_attempts = 0
        user.locked_until = None
        db.commit()
        return token_response(user, form.customer(user))

    @app.get("/api/v1/auth/me", response_model=form.shown_user)
    def me(given: HTTPAuthorizationCredentials = Depends(bearer), db: Session = Depends(session)):
        try:
            user_id = decode(given.credentials).get("user_id")
        except BadToken:
            user_id = None
        # `type` is not looked at: a refresh token opens this door.
        if user_id is None:
            refuse(401, "Invalid authentication credentials")
        user = db.query(User).filter(User.id == user_id).first()
        if user is None:
            refuse(401, "User not found")
        if not user.is_active:
            refuse(400, "Account is inactive")
        return user

    @app.get("/api/v1/users/", response_model=list[OldUser])
    def list_users(db: Session = Depends(session)):
        return db.query(User).all()

    @app.post("/api/v1/users/", response_model=OldUser, status_code=201)
    def create_user(body: OldNewUser, db: Session = Depends(session)):
        user = User(username=body.username, email=body.email, password_hash="", salt="")
        db.add(user)
        db.commit()
        db.refresh(user)
        return user

    return app
