import type { Route } from '../../core/exchange.ts';
import type { Caller } from '../access.ts';
import type { Desk } from '../desk.ts';

import { json } from '../../core/exchange.ts';
import { isTrue, textOf } from '../../core/values.ts';
import { badRequest, conversationAt } from '../access.ts';
import { messageJson } from '../formatters.ts';

const MAX_FILE_BYTES = 10 * 1024 * 1024;

/** Operations on messages (Deskwoot REST API, Messages). */
export function messageRoutes(desk: Desk): readonly Route<Caller>[] {
  const path = '/api/v1/conversations/:conversationId/messages';
  return [
    {
      method: 'GET',
      path,
      needs: 'conversations:read',
      handle: (request) => json(conversationAt(desk.state, request).messages.map(messageJson)),
    },
    {
      method: 'POST',
      path,
      needs: 'conversations:write',
      handle: (request, caller) => {
        const conversation = conversationAt(desk.state, request);
        const { fields } = request.body;
        const content = textOf(fields['content']) ?? badRequest('content is required');
        const type = fields['messageType'] ?? 'OUTGOING';
        if (type !== 'OUTGOING' && type !== 'INCOMING') badRequest('Invalid messageType');
        const sender = type === 'INCOMING' ? desk.senderOf('contact', conversation.contactId) : desk.senderOf('user', caller.userId);
        const { message } = desk.addMessage(conversation, {
          content,
          messageType: type === 'INCOMING' ? 'INCOMING' : 'OUTGOING',
          private: isTrue(fields['private']),
          sender,
        });
        return json(messageJson(message), 201);
      },
    },
    {
      method: 'POST',
      path: '/api/v1/conversations/:conversationId/attachments',
      needs: 'conversations:write',
      handle: (request, caller) => {
        const conversation = conversationAt(desk.state, request);
        const file = request.body.files.find((one) => one.field === 'file') ?? badRequest('file is required');
        if (file.content.length > MAX_FILE_BYTES) badRequest('File too large');
        const id = desk.state.nextId();
        desk.state.files.set(id, file.content);
        const attachment = {
          id,
          fileName: file.name,
          fileType: file.type,
          fileSize: file.content.length,
          url: `https://files.acme.example/${id}`,
        };
        const content = textOf(request.body.fields['content']) ?? '';
        const { message } = desk.addMessage(conversation, {
          content,
          messageType: 'OUTGOING',
          private: false,
          sender: desk.senderOf('user', caller.userId),
          attachments: [attachment],
        });
        return json(messageJson(message), 201);
      },
    },
  ];
}
