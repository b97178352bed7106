import { t } from '../../ui/text.ts';

/** With one prompt. */
export const MAX_IMAGES = 8;
/** Of a file that is tried at all. */
export const MAX_FILE_MB = 32;

/** Why a file does not go with a prompt. */
export interface ImageRefusal {
  why: 'no-image' | 'too-large' | 'too-many' | 'too-large-together' | 'unreadable';
  name: string;
}

/** @returns why, in words for the person who chose the file, in the language of the moment */
export function sayRefusal({ why, name }: ImageRefusal): string {
  switch (why) {
    case 'no-image':
      return t('{name} is not an image: only images can be attached.', { name });
    case 'too-large':
      return t('{name} is too large: at most {count} MB.', { name, count: MAX_FILE_MB });
    case 'too-many':
      return t('{name} was left out: at most {count} images.', { name, count: MAX_IMAGES });
    case 'too-large-together':
      return t('{name} was left out: the images are too large together.', { name });
    case 'unreadable':
      return t('{name} could not be read as an image.', { name });
    default:
      return why satisfies never;
  }
}
