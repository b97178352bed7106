// In: what a client wants of the answer under one id, one thing after the other. Out: the frames of its runs, in order.
// Never: a frame of one run after the first of the next, nor a `done` for a run that another goes on from.
import { setTimeout as sleep } from 'node:timers/promises';
import { type ChatRequest, type Message, SluiceError, foldEvents, parseRunEvent } from '@sluice/shared';
import { encodeDroppedFrame, encodeSteeredFrame } from '../../encoders/websocket-frames.ts';
import type { Logger } from '../../observability/logger.ts';
import { Follower } from '../../runs/follower.ts';
import type { RunOwner } from '../../runs/run-owner.ts';
import { Run } from '../../runs/run.ts';
import type { RunRequest, Runs } from '../../runs/runs.ts';
import type { StoredRun } from '../../storage/stored-run.ts';
import type { FrameSocket } from '../../transport/frame-socket.ts';
import { type Asked, keepAsked, recallAsked, tooMuch } from './asked.ts';
import { sendError } from './send-error.ts';
import { sendRunFrames } from './send-run-frames.ts';
import { lookAtSteered, toSteeredRequest } from './to-steered-request.ts';

export interface ExchangePorts {
  runs: Runs;
  socket: FrameSocket;
  logger: Logger;
  /** Called whenever nothing is going on under the id any more. */
  onIdle: (exchange: Exchange) => void;
}

/** Who asks, with a token that has just been looked at, and the id that the log has for it. */
export interface Asking {
  owner: RunOwner;
  requestId: string;
}

interface Reading {
  run: Run | StoredRun;
  asked: Asked;
  /** Settles with the frames of its end if they have not been sent, for it was steered; never rejects. */
  ended: Promise<readonly string[]>;
}

/** The place of a run that was steered is given back a moment after its end; in another process a little later. */
const PLACE_WAITS_MS = [50, 200];

/** Of a run that has not ended: with it a request is looked at before there is the real one. */
const ANY_ANSWER = '…';

export class Exchange {
  readonly id: string;
  readonly #ports: ExchangePorts;
  #left = new AbortController();
  /** Its last action: the next one waits for it. */
  #last: Promise<void> = Promise.resolve();
  #actions = 0;
  /** The run that is, or was last, read out. */
  #reading: Reading | undefined;
  #isReading = false;
  #isSteered = false;

  constructor(id: string, ports: ExchangePorts) {
    this.id = id;
    this.#ports = ports;
  }

  /** Whether something is going on, or about to. */
  get isLive(): boolean {
    return this.#actions > 0 || this.#isReading;
  }

  /** What is kept so that it can be gone on from. */
  get body(): ChatRequest | undefined {
    const asked = this.#reading?.asked;
    return asked && 'body' in asked ? asked.body : undefined;
  }

  /** It cannot be gone on from any more. */
  forgetBody(): void {
    if (this.#reading !== undefined) this.#reading.asked = tooMuch;
  }

  /** Does what is wanted when all that was wanted before is done. What goes wrong is told under the id; never rejects. */
  do(requestId: string, action: () => Promise<void>): Promise<void> {
    this.#actions += 1;
    this.#last = this.#last.then(async () => {
      try {
        await action();
      } catch (error) {
        this.#sendError(error, requestId);
      }
      this.#actions -= 1;
      this.#noteIdle();
    });
    return this.#last;
  }

  /** @throws {SluiceError} what the request was refused with */
  async begin(body: ChatRequest, { owner, requestId }: Asking): Promise<void> {
    const request = { id: requestId, follower: this.#follow(owner) };
    const { run } = await this.#ports.runs.start(body, request);
    await this.#readOut(run, { after: 0, asked: keepAsked(body), ...request });
  }

  /**
   * Reads out a run that is there, after the last event that the client has; to one who has them all its end is told again.
   * @throws {SluiceError} `not_found`, `run_expired`, `invalid_cursor`
   */
  async resume(cursor: { runId: string; after: number }, { owner, requestId }: Asking): Promise<void> {
    const { runs } = this.#ports;
    const run = await runs.find(cursor.runId, owner);
    const after = (await runs.isDelivered(run, cursor.after)) ? cursor.after - 1 : cursor.after;
    const asked = this.#reading?.run.id === run.id ? this.#reading.asked : recallAsked(run);
    await this.#readOut(run, { after, asked, id: requestId, follower: this.#follow(owner) });
  }

  /** What has ended stays as it is; what is not shown any further may still go on. */
  async stop(): Promise<void> {
    if (this.#reading !== undefined) await this.#ports.runs.stop(this.#reading.run);
  }

  /**
   * Ends the run that goes on, with what it has said kept, and begins one that goes on from there; where it has ended by itself, the
   * message is simply the next one.
   * @throws {SluiceError} `not_found`, and all that the next one can be known to be refused with; nothing has been ended then
   */
  async steer(content: Message['content'], { owner, requestId }: Asking): Promise<void> {
    const steered = this.#reading;
    if (steered === undefined)
      throw new SluiceError('not_found', { detail: 'id: no answer has begun under it' });
    const { run, asked } = steered;
    const toNext = (answer: string) => toSteeredRequest({ asked, place: placeOf(run), answer }, content);
    lookAtSteered(toNext(ANY_ANSWER), (next) => this.#ports.runs.refuseUnanswerable(next));
    const last = await this.#endSteered(steered);
    try {
      const request = { id: requestId, follower: this.#follow(owner) };
      const body = toNext(await this.#readAnswer(run, request.follower));
      const next = await this.#startNext(body, request);
      this.#ports.socket.send(encodeSteeredFrame(this.id, next.id));
      await this.#readOut(next, { after: 0, asked: keepAsked(body), ...request });
    } catch (error) {
      this.#sendError(error, requestId);
      // The end that was held back is the end after all.
      for (const frame of last) this.#ports.socket.send(frame);
    }
  }

  /** The client has gone. */
  leave(): void {
    this.#left.abort();
  }

  /** One for each run, so that nothing is kept of those that have ended. */
  #follow(owner: RunOwner): Follower {
    this.#left = new AbortController();
    if (this.#ports.socket.closed.aborted) this.#left.abort();
    return new Follower(owner, this.#left.signal);
  }

  async #readOut(
    run: Run | StoredRun,
    {
      after,
      asked,
      follower,
      id: requestId,
    }: Pick<RunRequest, 'id' | 'follower'> & {
      after: number;
      asked: Asked;
    },
  ): Promise<void> {
    const { runs, socket } = this.#ports;
    const left = this.#left;
    const events = await runs.follow(run, { after, follower }).catch((error: unknown) => {
      // Nobody reads it.
      left.abort();
      throw error;
    });
    if (events === null) throw new Error('a log without events');
    if (run instanceof Run && run.dropped.length > 0) socket.send(encodeDroppedFrame(this.id, run.dropped));
    this.#isReading = true;
    const ended = sendRunFrames(socket, events, { id: this.id, requestId })
      .catch((error: unknown) => {
        this.#sendError(error, requestId);
        return [];
      })
      .then((last) => {
        this.#isReading = false;
        if (this.#isSteered) return last;
        for (const frame of last) socket.send(frame);
        this.#noteIdle();
        return [];
      });
    this.#reading = { run, asked, ended };
  }

  /** @returns the frames of its end, unless they have been sent */
  async #endSteered({ run, ended }: Reading): Promise<readonly string[]> {
    if (!this.#isReading) {
      // Unless it was its reader alone that was cut, it has ended.
      await this.#ports.runs.stop(run, 'steered');
      return [];
    }
    this.#isSteered = true;
    // One that cannot be stopped now is waited for.
    void this.#ports.runs.stop(run, 'steered').catch(() => undefined);
    const last = await ended;
    this.#isSteered = false;
    return last;
  }

  /** What a run that has ended said, from its log; nothing within a conversation, where what is stored counts. */
  async #readAnswer(run: Run | StoredRun, follower: Follower): Promise<string> {
    if (placeOf(run) !== null) return '';
    const batches = await Array.fromAsync((await this.#ports.runs.follow(run, { after: 0, follower })) ?? []);
    return foldEvents(batches.flat().flatMap(({ json }) => parseRunEvent(JSON.parse(json)) ?? [])).content;
  }

  async #startNext(body: ChatRequest, request: RunRequest): Promise<Run | StoredRun> {
    for (const waitMs of PLACE_WAITS_MS) {
      try {
        return (await this.#ports.runs.start(body, request)).run;
      } catch (error) {
        if (!(error instanceof SluiceError && error.code === 'too_many_runs')) throw error;
        await sleep(waitMs);
      }
    }
    return (await this.#ports.runs.start(body, request)).run;
  }

  #noteIdle(): void {
    if (!this.isLive) this.#ports.onIdle(this);
  }

  #sendError(thrown: unknown, requestId: string): void {
    sendError(this.#ports, thrown, { id: this.id, requestId });
  }
}

function placeOf(run: Run | StoredRun): { conversationId: string; messageId: string } | null {
  const { conversationId, messageId } = run instanceof Run ? (run.place ?? {}) : run;
  return conversationId && messageId ? { conversationId, messageId } : null;
}
