import { createHmac } from 'node:crypto';
import type { Chance } from './chance.ts';

export type Caller = { readonly user: string; readonly organisation: string };
export type TokenKind = 'personal' | 'access' | 'refresh' | 'inference';
type Token = Caller & { readonly kind: TokenKind; readonly expiresAt?: number };

/** Everything about a token can be chosen; by default it is a good personal one of the default user and organisation. */
export type TokenWish = {
  readonly kind?: TokenKind | undefined;
  readonly expired?: boolean | undefined;
  readonly lifetimeSeconds?: number | undefined;
  readonly organisation?: string | undefined;
  readonly user?: string | undefined;
};

export type Session = {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly expiresInSeconds: number;
};
export type AccountsOptions = {
  readonly chance: Chance;
  readonly now: () => number;
  readonly organisation?: string | undefined;
  readonly projects?: readonly string[] | undefined;
};

/** Lifetimes: decision D2 in docs/emulator.md. */
export const ACCESS_SECONDS = 3600;
export const REFRESH_SECONDS = 7 * 24 * 3600;
const PREFIXES = { personal: 'pat-nc-', refresh: 'rt-nc-', inference: 'sk-nc-' } as const;

const base64url = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Organisations, projects, the one user who can log in, and all tokens. */
export const createAccounts = ({ chance, now, ...options }: AccountsOptions) => {
  const tokens = new Map<string, Token>();
  const organisation = options.organisation ?? `org-${chance.word(12)}`;
  const projects = options.projects ?? [`prj-${chance.word(12)}`, `prj-${chance.word(12)}`];
  const projectsOf = new Map<string, Set<string>>([[organisation, new Set(projects)]]);
  const login = { email: 'owner@example.com', password: `pw-${chance.word(16)}` };
  const signingKey = chance.word(32);

  const jwt = (token: Token): string => {
    const claims = { sub: token.user, org: token.organisation, iat: Math.floor(now() / 1000), jti: chance.uuid() };
    const expires = token.expiresAt === undefined ? {} : { exp: Math.floor(token.expiresAt / 1000) };
    const signed = `${base64url({ alg: 'HS256', typ: 'JWT' })}.${base64url({ ...claims, ...expires })}`;
    return `${signed}.${createHmac('sha256', signingKey).update(signed).digest('base64url')}`;
  };

  const expiryOf = ({ kind = 'personal', expired, lifetimeSeconds }: TokenWish): number | undefined => {
    if (expired) return now() - 1000;
    if (lifetimeSeconds !== undefined) return now() + lifetimeSeconds * 1000;
    if (kind === 'access') return now() + ACCESS_SECONDS * 1000;
    return kind === 'refresh' ? now() + REFRESH_SECONDS * 1000 : undefined;
  };

  const issue = (wish: TokenWish = {}): string => {
    const kind = wish.kind ?? 'personal';
    const expiresAt = expiryOf(wish);
    const owner = { user: wish.user ?? login.email, organisation: wish.organisation ?? organisation };
    const token: Token = { ...owner, kind, ...(expiresAt === undefined ? {} : { expiresAt }) };
    const text = kind === 'access' ? jwt(token) : `${PREFIXES[kind]}${chance.word(40)}`;
    tokens.set(text, token);
    if (!projectsOf.has(owner.organisation)) projectsOf.set(owner.organisation, new Set());
    return text;
  };

  const alive = (text: string): Token | undefined => {
    const token = tokens.get(text);
    return token && (token.expiresAt === undefined || token.expiresAt > now()) ? token : undefined;
  };

  const session = (owner: Caller): Session => ({
    accessToken: issue({ kind: 'access', ...owner }),
    refreshToken: issue({ kind: 'refresh', ...owner }),
    expiresInSeconds: ACCESS_SECONDS,
  });

  /** Who calls, or why the header is refused. */
  const callerOf = (header: string | undefined): Caller | { readonly refused: string } => {
    if (!header) return { refused: 'the Authorization header is missing' };
    const text = /^Bearer +(\S+)$/i.exec(header)?.[1];
    if (!text) return { refused: 'the Authorization header must be "Bearer <token>"' };
    if (text.startsWith(PREFIXES.inference)) return { refused: 'inference keys are not accepted here' };
    const known = tokens.get(text);
    if (!known || known.kind === 'refresh') return { refused: 'the token is not valid' };
    return alive(text) ?? { refused: 'the token has expired' };
  };

  /** A refresh token works once: the answer carries its successor. Decision D3 in docs/emulator.md. */
  const refresh = (text: string): Session | undefined => {
    const token = alive(text);
    if (token?.kind !== 'refresh') return undefined;
    tokens.delete(text);
    return session({ user: token.user, organisation: token.organisation });
  };

  const addProject = (project: string, owner = organisation) => {
    projectsOf.set(owner, (projectsOf.get(owner) ?? new Set()).add(project));
  };

  return {
    organisation,
    projects,
    login,
    token: issue(),
    issue,
    revoke: (text: string) => tokens.delete(text),
    callerOf,
    signIn: () => session({ user: login.email, organisation }),
    refresh,
    addProject,
    hasProject: (owner: string, project: string) => projectsOf.get(owner)?.has(project) ?? false,
  };
};

export type Accounts = ReturnType<typeof createAccounts>;
