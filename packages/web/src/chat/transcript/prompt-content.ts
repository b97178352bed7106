import type { ChatRequest, SharedConversation, StoredMessage } from '@sluice/shared';
import { textOf } from '../../stream/catch-up.ts';
import { cleanText } from './clean-text.ts';

/** What a prompt says. A shared message, or one that is being asked, has its images in it; a stored one says where they are. */
export type PromptContent = StoredMessage['content'] | SharedConversation['messages'][number]['content'];
type Part = Exclude<PromptContent, string>[number];
export type Image = Extract<Part, { type: 'image' }>;
/** An image whose bytes are at hand, as base64. */
export type OwnImage = Extract<Image, { data: string }>;
export type StoredImage = Extract<Image, { sha256: string }>;

const isImage = (part: Part): part is Image => part.type === 'image';

export function imagesOf(content: PromptContent): readonly Image[] {
  return typeof content === 'string' ? [] : content.filter(isImage);
}

/** @returns it as the server takes it: a text, or parts where there are images; null when it says nothing */
export function makeContent(text: string, images: readonly Image[]): PromptContent | null {
  const clean = cleanText(text);
  const isBlank = clean.trim() === '';
  if (images.length === 0) return isBlank ? null : clean;
  const said = isBlank ? [] : [{ type: 'text' as const, text: clean }];
  return [...images, ...said] as PromptContent;
}

/** Whether a stored message may be what was asked here: the same words, and as many images. */
export function isSameContent(a: PromptContent, b: PromptContent): boolean {
  return textOf(a) === textOf(b) && imagesOf(a).length === imagesOf(b).length;
}

/** @returns the part of a request that says it; stored images are fetched by `load` first, for a new prompt has its own */
export async function makeMessage(
  content: PromptContent,
  load: (image: StoredImage) => Promise<OwnImage>,
): Promise<Pick<ChatRequest, 'message' | 'messages'>> {
  if (typeof content === 'string') return { message: content };
  const parts = await Promise.all(
    content.map(async (part) => (part.type === 'image' && 'sha256' in part ? load(part) : part)),
  );
  return { messages: [{ role: 'user', content: parts }] as NonNullable<ChatRequest['messages']> };
}
