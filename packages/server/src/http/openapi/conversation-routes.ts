import {
  conversationChangesSchema,
  conversationListSchema,
  conversationSchema,
  importResultSchema,
  messageListSchema,
  newConversationSchema,
  newShareSchema,
  shareListSchema,
  shareSchema,
  sharedConversationSchema,
} from '@sluice/shared';
import { exportQuery, messagesQuery } from '../routes/conversation-contents-router.ts';
import { conversationsQuery } from '../routes/conversations-router.ts';
import type { DescribedRoute } from './described-route.ts';

const inConversations = { tag: 'Conversations', needs: 'history' } as const;

export const conversationRoutes: readonly DescribedRoute[] = [
  {
    ...inConversations,
    route: 'GET /api/conversations',
    does: 'Lists conversations, or searches them',
    query: conversationsQuery,
    answers: {
      200: { is: 'A page of them; `nextCursor` leads to the next.', schema: conversationListSchema },
    },
  },
  {
    ...inConversations,
    route: 'POST /api/conversations',
    does: 'Makes a conversation',
    body: newConversationSchema,
    example: { title: 'Rivers' },
    answers: { 201: { is: 'The conversation.', schema: conversationSchema } },
  },
  {
    ...inConversations,
    route: 'POST /api/conversations/import',
    does: 'Takes in an export of Sluice, ChatGPT or Claude',
    more: 'The file as it is, up to 20 MiB.',
    body: 'anything',
    answers: { 200: { is: 'What was taken in, and what was not.', schema: importResultSchema } },
  },
  {
    ...inConversations,
    route: 'GET /api/conversations/:id',
    does: 'Tells of a conversation',
    answers: { 200: { is: 'The conversation.', schema: conversationSchema } },
  },
  {
    ...inConversations,
    route: 'PATCH /api/conversations/:id',
    does: 'Renames, pins or archives a conversation, or changes what is set for it',
    body: conversationChangesSchema,
    example: { pinned: true },
    answers: { 200: { is: 'The conversation.', schema: conversationSchema } },
  },
  {
    ...inConversations,
    route: 'DELETE /api/conversations/:id',
    does: 'Stops what is answered in a conversation, and deletes it',
    answers: { 204: { is: 'It is gone.' } },
  },
  {
    ...inConversations,
    route: 'GET /api/conversations/:id/messages',
    does: 'Lists the messages of a conversation',
    more: 'A tree: each message has a `parentId`, and parents come before children.',
    query: messagesQuery,
    answers: { 200: { is: 'A page of them.', schema: messageListSchema } },
  },
  {
    ...inConversations,
    route: 'GET /api/conversations/:id/images/:sha256',
    does: 'Gives an image of a conversation',
    answers: { 200: { is: 'Its bytes.', mediaType: 'image/*' } },
  },
  {
    ...inConversations,
    route: 'GET /api/conversations/:id/export',
    does: 'Gives a conversation as a file',
    query: exportQuery,
    answers: {
      200: {
        is: 'JSON, or with `format=markdown` text.',
        mediaType: 'application/json',
        otherMediaTypes: ['text/markdown'],
      },
    },
  },
  {
    ...inConversations,
    route: 'POST /api/conversations/:id/shares',
    does: 'Makes a link to a read-only copy',
    body: newShareSchema,
    example: {},
    answers: { 201: { is: 'The link.', schema: shareSchema } },
  },
  {
    ...inConversations,
    route: 'GET /api/conversations/:id/shares',
    does: 'Lists the links to a conversation',
    answers: { 200: { is: 'The links.', schema: shareListSchema } },
  },
  {
    ...inConversations,
    route: 'GET /api/shares/:id',
    does: 'Gives what a link leads to',
    needs: 'nothing',
    answers: { 200: { is: 'The copy.', schema: sharedConversationSchema } },
  },
  {
    ...inConversations,
    route: 'DELETE /api/shares/:id',
    does: 'Takes a link back',
    answers: { 204: { is: 'It leads nowhere.' } },
  },
];
