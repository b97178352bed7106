import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface ReceivedSpan {
  name: string;
  kind: number;
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  attributes: Record<string, unknown>;
  status: number;
  events: string[];
}

/** An OpenTelemetry collector, as far as a server that sends it traces sees one. */
export interface Collector extends AsyncDisposable {
  readonly url: string;
  readonly spans: readonly ReceivedSpan[];
  /** All that came, as it came. */
  readonly bodies: readonly string[];
  readonly service: () => unknown;
}

export async function startCollector(): Promise<Collector> {
  const bodies: string[] = [];
  const spans: ReceivedSpan[] = [];
  let service: unknown;
  const server = createServer(async (req, res) => {
    const body = await text(req);
    bodies.push(body);
    for (const { resource, scopeSpans } of (JSON.parse(body) as OtlpTraces).resourceSpans) {
      service = readAttributes(resource.attributes)['service.name'];
      spans.push(...scopeSpans.flatMap((scope) => scope.spans.map(toSpan)));
    }
    res.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    bodies,
    service: () => service,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

type OtlpAttributes = { key: string; value: Record<string, unknown> }[];

interface OtlpSpan extends Omit<ReceivedSpan, 'attributes' | 'status' | 'events'> {
  attributes: OtlpAttributes;
  status: { code: number };
  events: { name: string }[];
}

interface OtlpTraces {
  resourceSpans: { resource: { attributes: OtlpAttributes }; scopeSpans: { spans: OtlpSpan[] }[] }[];
}

const toSpan = ({ attributes, status, events, ...span }: OtlpSpan): ReceivedSpan => ({
  ...span,
  attributes: readAttributes(attributes),
  status: status.code,
  events: events.map(({ name }) => name),
});

function readAttributes(attributes: OtlpAttributes): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
}
