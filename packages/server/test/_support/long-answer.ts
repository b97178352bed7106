const KIB = 1024;

/** An event stream of OpenAI's with 12,000 KiB of answer, far beyond what the kernel's socket buffers swallow. */
export function longAnswer(): string {
  const frame = (delta: object, finishReason: string | null) =>
    `data: ${JSON.stringify({ choices: [{ index: 0, delta, finish_reason: finishReason }] })}\n\n`;
  const text = frame({ content: 'x'.repeat(30 * KIB) }, null).repeat(400);
  return `${text}${frame({}, 'stop')}data: [DONE]\n\n`;
}
