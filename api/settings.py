"""What an installation decides: where its files stand, which policy holds, which language it speaks.

Read once from the environment and an optional `.env` file, then frozen. Nothing here is read at import time,
and no setting has a secret as its default.
"""

from __future__ import annotations

import hashlib
import ipaddress
import re
from collections.abc import Mapping
from pathlib import Path

import msgspec

from graph.messages import LANGS, Lang

MIN_API_KEY = 32
"""Characters that an API key needs at least: a guessable key is refused instead of served."""


class SettingsError(Exception):
    """A setting has a value that can't be used. `code` is a message of api/messages.toml."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code, params)
        self.code = code
        self.params = params


class Setting(msgspec.Struct, frozen=True):
    """One environment variable, for the reference page: name, default as text, what it does."""

    name: str
    default: str
    zh: str
    en: str


SETTINGS: tuple[Setting, ...] = (
    Setting(
        "LIANCHENG_HOME",
        "./var",
        "全部数据所在目录（数据库、名单代、台账、密钥、日志）。",
        "Folder that holds everything: store, generations, ledger, secret key, logs.",
    ),
    Setting(
        "LIANCHENG_STORE",
        "$LIANCHENG_HOME/store.db",
        "图数据库地址：文件路径、sqlite:///路径，或 neo4j://用户@主机:7687/数据库（也可 bolt://，加密用 +s）；"
        "neo4j:// 指 NEO4J_URI 的服务器。命令行 --store 优先。",
        "URL of the graph store: a path, sqlite:///path, or neo4j://user@host:7687/database (also bolt://, "
        "with TLS +s); neo4j:// is the server of NEO4J_URI. `--store` on the command line wins.",
    ),
    Setting(
        "NEO4J_URI",
        "",
        "neo4j:// 所指的服务器，如 bolt://127.0.0.1:7687。",
        "The server that neo4j:// stands for, e.g. bolt://127.0.0.1:7687.",
    ),
    Setting(
        "NEO4J_USER",
        "neo4j",
        "Neo4j 的用户，地址中没有写明时使用。",
        "User of Neo4j, where the URL does not name one.",
    ),
    Setting(
        "NEO4J_PASSWORD",
        "",
        "Neo4j 的密码；不能写在地址里。",
        "Password of Neo4j; never written into a URL.",
    ),
    Setting(
        "LIANCHENG_LEDGER",
        "sqlite:///$LIANCHENG_HOME/ledger.db",
        "决定台账的数据库地址（SQLAlchemy 格式）。",
        "URL of the ledger of decisions, in SQLAlchemy's form.",
    ),
    Setting(
        "LIANCHENG_POLICY",
        "$LIANCHENG_HOME/policy.toml",
        "策略文件；未设置且默认位置没有文件时使用随程序提供的策略。",
        "Policy file. Unset and no file at the default place: the policy that ships with the program.",
    ),
    Setting(
        "LIANCHENG_LANG",
        "",
        "界面语言 zh 或 en；未设置时按系统语言（LC_ALL、LC_MESSAGES、LANG），中文系统用 zh，其余用 en。",
        "Language of sentences, zh or en. Unset: by locale (LC_ALL, LC_MESSAGES, LANG), "
        "zh where it is Chinese, else en.",
    ),
    Setting(
        "LIANCHENG_TENANT",
        "default",
        "台账与幂等键所属的租户。",
        "Tenant that ledger rows and idempotency keys carry.",
    ),
    Setting(
        "LIANCHENG_API_KEY",
        "",
        f"HTTP 接口的访问密钥，至少 {MIN_API_KEY} 个字符；未设置时只在本机回环地址提供服务。",
        f"Key for the HTTP interface, at least {MIN_API_KEY} characters. Unset: serves on loopback only.",
    ),
    Setting(
        "LIANCHENG_RATE",
        "2000",
        "每个密钥在每个工作进程中每秒最多的请求数；0 为不限。",
        "Most requests a second of one key in each worker; 0: no limit.",
    ),
    Setting(
        "LIANCHENG_QUEUE",
        "256",
        "每个工作进程中最多等待的决定请求数；超出的立即以 503 拒绝，并告知何时重试。",
        "Most decision requests that wait in each worker; more are refused at once (503) and told when to come again.",
    ),
    Setting(
        "LIANCHENG_HOST_NAMES",
        "",
        "本系统对外使用的主机名，逗号分隔；设置后其他 Host 一律拒绝（回环名称除外），"
        "人员登录只在这些名称或回环名称下有效。",
        "Names under which people and platforms reach this installation, with commas between. Set: any other Host is "
        "refused, loopback's own names excepted. People sign in only under one of these or on loopback.",
    ),
    Setting(
        "LIANCHENG_TRUSTED_PROXIES",
        "",
        "可信反向代理的地址或网段，逗号分隔；只采信它们的 X-Forwarded-For 与 X-Forwarded-Proto，未设置则一概不信。",
        "Addresses or networks of reverse proxies, with commas between, whose X-Forwarded-For and X-Forwarded-Proto "
        "are believed. Unset: nobody's.",
    ),
    Setting(
        "LIANCHENG_WEBHOOK_ALLOW",
        "",
        "推送可以到达的内网网段，逗号分隔，如 10.0.0.0/8；"
        "未列出的内网、本机和链路本地地址一律拒绝，网段以外须用 https。",
        "Ranges beyond the public internet to which webhooks may go, with commas, e.g. 10.0.0.0/8. All other "
        "private, loopback and link-local addresses are refused, and outside these ranges https is needed.",
    ),
    Setting(
        "LIANCHENG_WORK",
        "on",
        "on：liancheng serve 同时启动一个后台进程（监测、推送、每日存证等）；off：另用 liancheng work 运行。",
        "on: `liancheng serve` starts a process for the background work beside it (watching, webhooks, daily "
        "checkpoint); off: run `liancheng work` yourself.",
    ),
    Setting(
        "LIANCHENG_PUBLIC_AGENCIES",
        "off",
        "on：任何人无需登录即可在 /public/agencies 查询代理机构的公开信息；off：没有该页面。",
        "on: anybody may look agencies up at /public/agencies without signing in, public information only; off: there "
        "is no such page.",
    ),
)


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of one run, with paths made absolute."""

    home: Path
    store: str
    ledger: str
    policy: Path | None = None
    lang: Lang = "en"
    tenant: str = "default"
    api_key: str = ""
    neo4j_uri: str = ""
    neo4j_user: str = ""
    neo4j_password: str = ""
    rate: int = 2_000
    queue: int = 256
    host_names: frozenset[str] = frozenset()
    trusted_proxies: tuple[str, ...] = ()
    work: bool = True
    webhook_allow: tuple[str, ...] = ()
    public_agencies: bool = False

    def __repr__(self) -> str:
        """Where, not with which secrets: a traceback must not show them."""
        return f"Settings(home={str(self.home)!r}, store={self.store!r})"

    @property
    def default_store(self) -> str:
        """Where the store stands when nobody says otherwise."""
        return str(self.home / "store.db")

    @property
    def data_root(self) -> Path:
        """The folder whose `generations/` belong to the chosen store.

        The home itself for its own store; a folder of its own for any other, so that two stores never share
        generations.
        """
        if self.store == self.default_store:
            return self.home
        # who opens the store does not make it another one
        scheme, _, rest = self.store.partition("://")
        place = f"{scheme}://{rest.rpartition('@')[2]}" if rest else self.store
        digest = hashlib.sha256(place.encode()).hexdigest()[:16]
        return self.home / "stores" / digest

    @property
    def secret_file(self) -> Path:
        """The deployment's secret key, made at first use."""
        return self.home / "secret.key"

    @property
    def logs(self) -> Path:
        """Folder of the log files."""
        return self.home / "logs"

    def with_store(self, url: str | None) -> Settings:
        """These settings with another store (`--store`)."""
        return self if not url else msgspec.structs.replace(self, store=absolute(url, self.neo4j_uri))


def absolute(url: str, neo4j_uri: str = "") -> str:
    """A store URL in one spelling: an embedded file as its absolute path, a server with port and database.

    Args:
        url: as given.
        neo4j_uri: the server that `neo4j://` without a host stands for.

    Raises:
        SettingsError: `settings.neo4j_uri`: it is not set.
        StoreError: `store.url`, `store.url_password`: not a server's address, or one with a password.
    """
    scheme, separator, rest = url.partition("://")
    if separator and scheme != "sqlite":
        return _server(url, neo4j_uri) if scheme.partition("+")[0] in ("neo4j", "bolt") else url
    if separator:
        # sqlite:///relative and sqlite:////absolute, as SQLAlchemy writes them
        rest = rest.removeprefix("/")
    return str(Path(rest if separator else url).expanduser().absolute())


def _server(url: str, neo4j_uri: str) -> str:
    from graph.stores.bolt.address import parse

    if url in ("neo4j:", "neo4j://", "bolt://"):
        if not neo4j_uri:
            raise SettingsError("settings.neo4j_uri")
        url = neo4j_uri
    address = parse(url)
    user = url.partition("://")[2].partition("/")[0].rpartition("@")[0]
    return address.url.replace("://", f"://{user}@", 1) if user else address.url


def locale_lang(environ: Mapping[str, str]) -> Lang:
    """The language that the locale asks for: zh where it is Chinese, else en."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := environ.get(name, ""):
            return "zh" if value.lower().startswith(("zh", "chinese")) else "en"
    return "en"


def read_lang(environ: Mapping[str, str]) -> Lang:
    """LIANCHENG_LANG, else the locale's language.

    Raises:
        SettingsError: `settings.lang`: neither zh nor en.
    """
    value = environ.get("LIANCHENG_LANG", "").strip()
    if not value:
        return locale_lang(environ)
    for lang in LANGS:
        if value.lower().replace("_", "-").split("-")[0] == lang:
            return lang
    raise SettingsError("settings.lang", value=value)


def read_dotenv(folder: Path) -> dict[str, str]:
    """The variables of `folder/.env`; none when there is no such file."""
    path = folder / ".env"
    if not path.is_file():
        return {}
    from dotenv import dotenv_values

    return {name: value for name, value in dotenv_values(path).items() if value is not None}


def read_settings(environ: Mapping[str, str], folder: Path | None = None) -> Settings:
    """Settings from the environment; what it does not set comes from `.env` in `folder` (the working folder).

    Raises:
        SettingsError: `settings.lang`, `settings.policy` (the named file does not exist), `settings.api_key`.
    """
    values = {**read_dotenv(folder or Path.cwd()), **environ}
    home = Path(values.get("LIANCHENG_HOME") or "var").expanduser().absolute()
    named = values.get("LIANCHENG_POLICY", "")
    policy = Path(named).expanduser().absolute() if named else home / "policy.toml"
    if named and not policy.is_file():
        raise SettingsError("settings.policy", path=policy)
    api_key = values.get("LIANCHENG_API_KEY", "")
    if api_key and len(api_key) < MIN_API_KEY:
        raise SettingsError("settings.api_key", minimum=MIN_API_KEY)
    store = values.get("LIANCHENG_STORE")
    return Settings(
        home=home,
        store=absolute(store, values.get("NEO4J_URI", "")) if store else str(home / "store.db"),
        ledger=values.get("LIANCHENG_LEDGER") or f"sqlite:///{home / 'ledger.db'}",
        policy=policy if policy.is_file() else None,
        lang=read_lang(values),
        tenant=values.get("LIANCHENG_TENANT") or "default",
        api_key=api_key,
        neo4j_uri=values.get("NEO4J_URI", ""),
        neo4j_user=values.get("NEO4J_USER", ""),
        neo4j_password=values.get("NEO4J_PASSWORD", ""),
        rate=_whole("LIANCHENG_RATE", values, 2_000),
        queue=_whole("LIANCHENG_QUEUE", values, 256),
        host_names=_host_names(values),
        trusted_proxies=_proxies(values),
        work=_switch("LIANCHENG_WORK", values),
        public_agencies=_switch("LIANCHENG_PUBLIC_AGENCIES", values, "off"),
        webhook_allow=_ranges("LIANCHENG_WEBHOOK_ALLOW", values),
    )


def _parts(name: str, values: Mapping[str, str]) -> list[str]:
    return [part.strip() for part in values.get(name, "").split(",") if part.strip()]


def _host_names(values: Mapping[str, str]) -> frozenset[str]:
    """Names without port: `*` would switch the check off, so it is no name."""
    name = "LIANCHENG_HOST_NAMES"
    found = frozenset(part.lower().strip("[]") for part in _parts(name, values))
    if not all(re.fullmatch(r"[0-9a-z]([0-9a-z.:-]*[0-9a-z])?", part) for part in found):
        raise SettingsError("settings.hosts", name=name)
    return found


def _proxies(values: Mapping[str, str]) -> tuple[str, ...]:
    name = "LIANCHENG_TRUSTED_PROXIES"
    found = _parts(name, values)
    for part in found:
        try:
            ipaddress.ip_network(part)
        except ValueError:
            raise SettingsError("settings.proxies", name=name) from None
    return tuple(found)


def _switch(name: str, values: Mapping[str, str], default: str = "on") -> bool:
    given = values.get(name, "").strip().lower() or default
    if given not in ("on", "off"):
        raise SettingsError("settings.switch", name=name)
    return given == "on"


def _ranges(name: str, values: Mapping[str, str]) -> tuple[str, ...]:
    found = tuple(filter(None, (part.strip() for part in values.get(name, "").split(","))))
    for part in found:
        try:
            ipaddress.ip_network(part, strict=False)
        except ValueError:
            raise SettingsError("settings.ranges", name=name) from None
    return found


def _whole(name: str, values: Mapping[str, str], default: int) -> int:
    given = values.get(name, "").strip()
    if not given:
        return default
    if not (given.isascii() and given.isdigit() and len(given) < 10):
        raise SettingsError("settings.whole", name=name)
    return int(given)
