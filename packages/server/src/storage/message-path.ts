import { SluiceError } from '@sluice/shared';
import { type Kysely, type Selectable, sql } from 'kysely';
import type { Schema } from './schema.ts';

type MessageRow = Selectable<Schema['messages']>;

/** Steps up the tree of one query. */
const STEPS = 1000;
/** Of one page; a longer message has one of its own. */
const MAX_MESSAGES = 200;
const MAX_BYTES = 262_144;

/**
 * The messages from the first to this one, a page at a time, so that however many there are, taking one holds nobody up. None when the
 * conversation has no such message.
 * @throws {SluiceError} `not_found` when the conversation is deleted meanwhile
 */
export async function* readPath(
  db: Kysely<Schema>,
  id: string,
  conversationId: string,
): AsyncGenerator<MessageRow[]> {
  const path = await findSteps(db, id, conversationId);
  for (const ids of cutPages(path.toReversed())) {
    // By their ids alone, and sorted here: no planner is to think of reading the whole conversation for them.
    const rows = await db.selectFrom('messages').selectAll().where('id', 'in', ids).execute();
    rows.sort((a, b) => a.number - b.number);
    if (rows.length < ids.length) throw new SluiceError('not_found', { detail: 'deleted meanwhile' });
    yield rows;
  }
}

interface Step {
  id: string;
  parent_id: string | null;
  conversation_id: string;
  /** Of its content. */
  bytes: number;
}

/** @returns this message and those above it, upwards */
async function findSteps(db: Kysely<Schema>, id: string, conversationId: string): Promise<Step[]> {
  const path: Step[] = [];
  for (let next: string | null | undefined = id; typeof next === 'string';) {
    const steps: Step[] = await walkUp(db, next);
    const end = steps.findIndex((step) => step.conversation_id !== conversationId);
    const own = end === -1 ? steps : steps.slice(0, end);
    for (const step of own) path.push(step);
    next = own.length < steps.length ? null : own.at(-1)?.parent_id;
  }
  return path;
}

async function walkUp(db: Kysely<Schema>, from: string): Promise<Step[]> {
  // One look by id at each step: left to join, Postgres reads the whole conversation anew for each of its messages.
  const { rows } = await sql<Step>`
    with recursive path (id, parent_id, step) as (
      select id, parent_id, 1 from messages where id = ${from}
      union all
      select parent_id, (select parent_id from messages where messages.id = path.parent_id), step + 1
      from path where parent_id is not null and step < ${STEPS}
    )
    select id, parent_id,
      (select conversation_id from messages where messages.id = path.id) as conversation_id,
      (select octet_length(content) from messages where messages.id = path.id) as bytes
    from path order by step`.execute(db);
  return rows;
}

function* cutPages(path: readonly Step[]): Generator<string[]> {
  let page: string[] = [];
  let bytes = 0;
  for (const step of path) {
    if (page.length === MAX_MESSAGES || (page.length > 0 && bytes + step.bytes > MAX_BYTES)) {
      yield page;
      [page, bytes] = [[], 0];
    }
    page.push(step.id);
    bytes += step.bytes;
  }
  if (page.length > 0) yield page;
}
