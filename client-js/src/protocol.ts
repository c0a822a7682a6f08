/** The messages of the Byssus protocol, version 1, as spec/protocol.md has them. */

export const SUBPROTOCOL = 'byssus.v1.json';

/** A place in a channel: everything up to and including `offset` has been seen. */
export interface Position {
  readonly epoch: string;
  readonly offset: number;
}

/** Who published or sent it; without `user` an anonymous session. */
export interface Sender {
  readonly session: string;
  readonly user?: string;
}

/** The level that a publication has reached: in memory of the primary, in replicas, on disk. */
export type Durability = 'accepted' | 'replicated' | 'fsynced';

/** Why something is missing (spec section 8); `hole` is found here: the server left out an offset. */
export type GapReason = 'expired' | 'trimmed' | 'epoch' | 'diverged' | 'overflow' | 'ephemeral' | 'hole' | (string & {});

export interface Member {
  readonly session: string;
  readonly user?: string;
  readonly attributes?: Readonly<Record<string, unknown>>;
}

export interface HistoryItem<T = unknown> {
  readonly offset: number;
  readonly data: T;
  readonly from?: Sender;
}

/** One side of what is said; `id` ties a reply to its command. */
interface Said<T extends string> {
  readonly type: T;
  readonly id?: number;
}

export interface Connected extends Said<'connected'> {
  readonly session: string;
  readonly resume: string;
  readonly user?: string;
  readonly node: string;
  readonly resumed: boolean;
  readonly ttl: number;
  readonly heartbeat: { readonly interval: number; readonly timeout: number };
  /** Bytes of the longest message that the server takes. */
  readonly maxMessage?: number;
}

export interface Subscribed extends Said<'subscribed'> {
  readonly channel: string;
  readonly position?: Position;
  readonly recovered?: boolean;
  readonly reason?: GapReason;
  readonly missed?: number;
  /** `server`: not this client has made it. */
  readonly by?: string;
}

export interface Unsubscribed extends Said<'unsubscribed'> {
  readonly channel: string;
}

export interface Publication extends Said<'message'> {
  readonly channel: string;
  readonly pattern?: string;
  readonly offset?: number;
  readonly data: unknown;
  readonly from?: Sender;
}

export interface Direct extends Said<'direct'> {
  readonly offset: number;
  readonly data: unknown;
  readonly from?: Sender;
}

export interface Gap extends Said<'gap'> {
  readonly channel?: string;
  readonly reason: GapReason;
  readonly position?: Position;
}

export interface Published extends Said<'published'> {
  readonly position?: Position;
  readonly level: Durability;
  readonly duplicate?: boolean;
}

export interface Sent extends Said<'sent'> {
  readonly sessions: number;
  readonly full?: number;
  readonly duplicate?: boolean;
}

export interface Attributes extends Said<'attributes'> {
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly tags: readonly string[];
}

export interface Presence extends Said<'presence'> {
  readonly channel: string;
  readonly total?: number;
  readonly members: readonly Member[];
}

export interface History extends Said<'history'> {
  readonly channel: string;
  readonly top: Position;
  readonly recovered?: boolean;
  readonly reason?: GapReason;
  readonly items: readonly HistoryItem[];
}

export interface Failed extends Said<'error'> {
  readonly code: string;
  readonly message: string;
  readonly retryable: boolean;
}

export interface Degraded extends Said<'degraded'> {
  readonly active: boolean;
}

export interface Reconnect extends Said<'reconnect'> {
  readonly afterMs: number;
  readonly reason?: string;
}

export type ServerMessage =
  | Connected
  | Subscribed
  | Unsubscribed
  | Publication
  | Direct
  | Gap
  | Published
  | Sent
  | Said<'acked'>
  | Attributes
  | Presence
  | History
  | Said<'ended'>
  | Said<'pong'>
  | Said<'PONG'>
  | Degraded
  | Reconnect
  | Failed;

type Check = (value: unknown) => boolean;

/** The longest epoch: a session remembers one for each subscription. */
const EPOCH_CHARS = 32;

const text: Check = (value) => typeof value === 'string';
const flag: Check = (value) => typeof value === 'boolean';
const whole: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
const object: Check = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
const list = (check: Check): Check => (value) => Array.isArray(value) && value.every(check);
const record =
  (fields: Record<string, Check>, ...optional: string[]): Check =>
  (value) =>
    object(value) &&
    Object.entries(fields).every(([name, check]) => {
      const field = (value as Record<string, unknown>)[name];
      return field === undefined ? optional.includes(name) : check(field);
    });
const epoch: Check = (value) => typeof value === 'string' && value !== '' && value.length <= EPOCH_CHARS;
const position = record({ epoch, offset: whole });
const sender = record({ session: text, user: text }, 'user');

/** A field has one type in the whole protocol, and must be of it even where it is not used. */
const FIELDS = Object.entries({
  id: whole,
  session: text,
  resume: text,
  user: text,
  node: text,
  resumed: flag,
  ttl: whole,
  heartbeat: record({ interval: whole, timeout: whole }),
  maxMessage: whole,
  channel: text,
  pattern: text,
  position,
  top: position,
  recovered: flag,
  reason: text,
  missed: whole,
  by: text,
  offset: whole,
  from: sender,
  level: text,
  duplicate: flag,
  sessions: whole,
  full: whole,
  attributes: object,
  tags: list(text),
  total: whole,
  members: list(record({ session: text, user: text, attributes: object }, 'user', 'attributes')),
  items: list(record({ offset: whole, data: () => true, from: sender }, 'from')),
  active: flag,
  afterMs: whole,
  code: text,
  message: text,
  retryable: flag,
} satisfies Record<string, Check>);

/** What each type cannot do without. The types that are not here are those of a newer server. */
const NEEDED: Record<string, readonly string[]> = {
  connected: ['session', 'resume', 'resumed', 'ttl', 'heartbeat'],
  subscribed: ['channel'],
  unsubscribed: ['channel'],
  message: ['channel', 'data'],
  direct: ['data'],
  gap: ['reason'],
  published: ['level'],
  sent: ['sessions'],
  acked: [],
  attributes: ['attributes', 'tags'],
  presence: ['channel', 'members'],
  history: ['channel', 'top', 'items'],
  ended: [],
  pong: [],
  PONG: [],
  degraded: ['active'],
  reconnect: ['afterMs'],
  error: ['code'],
};

const LEVELS = ['accepted', 'replicated', 'fsynced'];

/** Makes a value of JSON text, as `JSON.parse` does. */
export type Parse = (text: string) => unknown;

/**
 * The message of one line of text. `null`: of a type that only a newer server knows, to be ignored.
 *
 * @throws SyntaxError what the server said is not of this protocol
 */
export function decode(line: string, parse: Parse = JSON.parse): ServerMessage | null {
  const said = parsed(line, parse);
  const needed = object(said) && text(said.type) ? (Object.hasOwn(NEEDED, said.type) ? NEEDED[said.type] : null) : undefined;
  if (needed === null) return null;
  const lost = said?.recovered === false ? ['reason'] : [];
  if (!needed || [...needed, ...lost].some((name) => said[name] === undefined)) throw malformed(line);
  if (FIELDS.some(([name, check]) => said[name] !== undefined && !check(said[name]))) throw malformed(line);
  // A level that we do not know promises the least.
  if (said.type === 'published' && !LEVELS.includes(said.level)) said.level = 'accepted';
  return said;
}

function parsed(line: string, parse: Parse): any {
  try {
    return parse(line);
  } catch (error) {
    // A parser of the program's own may throw anything; that is its affair with this one message.
    throw error instanceof SyntaxError ? error : new SyntaxError(`not parsed: ${(error as Error)?.message ?? error}`);
  }
}

const malformed = (line: string) => new SyntaxError(`not a message of the server: ${line.slice(0, 200)}`);

const COME_BACK = new Set([1001, 1005, 1006, 1011, 1012, 1013, 1014]);

/** Whether a close code invites the client to come back (spec section 17). */
export const invitesReconnect = (code: number): boolean => COME_BACK.has(code) || (code >= 4000 && code < 4400);

/** After these the session is another's, or nobody's; after other ends it can still be resumed. */
const NOT_OURS = new Set([4403, 4409, 4410, 4412]);

export const endsSession = (code: number): boolean => NOT_OURS.has(code);
