import type { ProbeFrame, ProbeReport } from '../http/probe-report.ts';

/** Names in lower case. */
export type Headers = Readonly<Record<string, string | undefined>>;

/** What came back, as far as it tells who said it. */
export interface Answer {
  status: number;
  headers: Headers;
  /** The beginning of its body. */
  text: string;
}

/** A request that got no answer: why, as the system says it. */
export interface Silence {
  failure: string;
}

export type Reply = Answer | Silence;

export interface ArrivedFrame extends Pick<ProbeFrame, 'type' | 'sentMs'> {
  /** Since the request was sent, by the clock of the command. */
  atMs: number;
}

/** A stream of a probe, as it arrived. */
export interface StreamMeasurement {
  reply: Reply;
  report?: ProbeReport;
  frames: readonly ArrivedFrame[];
  /** Comment lines. */
  heartbeats: number;
  /** What came was not what was sent. */
  isAltered: boolean;
  /** Since the request was sent. */
  lastByteMs: number;
  endedMs: number;
  /** Of the connection, at this end. */
  localPort: number | undefined;
  /** Epoch ms when the request was sent, and when the answer came: what the server says of the time lies between. */
  askedAt: number;
  answeredAt: number;
}

export interface CertificateMeasurement {
  /** Why browsers would not take it. */
  problem?: string;
  /** Epoch ms. */
  expiresAt: number;
  /** Whether the proxy speaks HTTP/2 with browsers. */
  hasHttp2: boolean;
}

/** All that was seen at one hop. */
export interface Measurement {
  stream: StreamMeasurement;
  /** To a request for a WebSocket. */
  socket: Reply;
  /** To a body of 20 MiB. */
  body: Reply;
  /** Of https alone. */
  certificate?: CertificateMeasurement | Silence;
}

export const isAnswer = (reply: Reply): reply is Answer => 'status' in reply;
