import type { Part } from './foreign-request.ts';

type Image = Extract<Part, { type: 'image' }>;

const imageTypes = new Map<string, Image['mediaType']>([
  ['image/png', 'image/png'],
  ['image/jpeg', 'image/jpeg'],
  ['image/jpg', 'image/jpeg'],
  ['image/webp', 'image/webp'],
  ['image/gif', 'image/gif'],
]);

export const NO_IMAGE_TYPE = 'must be PNG, JPEG, WebP or GIF';

/** @returns a media type as we call it; undefined when it is none that models are shown */
export const imageTypeOf = (mediaType: unknown): Image['mediaType'] | undefined =>
  typeof mediaType === 'string' ? imageTypes.get(mediaType.toLowerCase()) : undefined;
