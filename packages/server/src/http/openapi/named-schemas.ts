import * as shared from '@sluice/shared';
import type * as z from 'zod';
import { uiChatBodySchema } from '../ai-sdk/ui-chat-body.ts';
import { messageCallSchema } from '../anthropic/message-call-schema.ts';
import { chatCompletionSchema } from '../openai/chat-completion-schema.ts';

/** What has a name of its own in the document; everything else stands where it is used. */
export const namedSchemas: Readonly<Record<string, z.core.$ZodType>> = {
  ChatRequest: shared.chatRequestSchema,
  Message: shared.messageSchema,
  ChatSettings: shared.chatSettingsSchema,
  ChatAnswer: shared.chatAnswerSchema,
  RunEvent: shared.runEventSchema,
  RunState: shared.runStateSchema,
  StopResult: shared.stopResultSchema,
  Usage: shared.usageSchema,
  Cost: shared.costSchema,
  Problem: shared.errorBodySchema,
  Model: shared.modelSchema,
  ChatCompletionRequest: chatCompletionSchema,
  MessageRequest: messageCallSchema,
  UiChatRequest: uiChatBodySchema,
  Conversation: shared.conversationSchema,
  StoredMessage: shared.storedMessageSchema,
  Share: shared.shareSchema,
  SharedConversation: shared.sharedConversationSchema,
  UsageReport: shared.usageReportSchema,
  Limit: shared.limitSchema,
  LimitState: shared.limitStateSchema,
  User: shared.managedUserSchema,
  Session: shared.sessionSchema,
};
