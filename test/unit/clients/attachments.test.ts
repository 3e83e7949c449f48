import { describe, expect, it } from 'vitest';
import { fromWireMessage as fromChatwoot } from '../../../connectors/chatwoot/ports/mapping.ts';
import { wireMessage as chatwootMessage } from '../../../connectors/chatwoot/call/wire.ts';
import { fromWireMessage as fromDeskwoot } from '../../../connectors/deskwoot/ports/mapping.ts';
import { wireMessage as deskwootMessage } from '../../../connectors/deskwoot/call/wire.ts';
import type { Attachment, Message } from '../../../connectors/ports/helpdesk.ts';

const MAP = 'https://www.openstreetmap.org/?mlat=41.4&mlon=2.17#map=16/41.4/2.17';

function chatwoot(wire: object): Message {
  return fromChatwoot(chatwootMessage.parse({ id: 7, content: null, message_type: 0, ...wire }), '42');
}

function deskwoot(wire: object): Message {
  return fromDeskwoot(deskwootMessage.parse({ id: 'm7', content: '', messageType: 'INCOMING', ...wire }), 'c42');
}

// The fields of each type: chatwoot v4.15.1, app/models/attachment.rb, push_event_data.
describe("an attachment of Chatwoot's has a text of its own:", () => {
  it.each<[string, object, Attachment]>([
    [
      'a place, its title and a map',
      { file_type: 'location', coordinates_lat: 41.4, coordinates_long: 2.17, fallback_title: 'Depot', data_url: null },
      { kind: 'location', name: 'Depot (41.4, 2.17)', url: MAP },
    ],
    [
      'a place without a title',
      { file_type: 'location', coordinates_lat: 41.4, coordinates_long: 2.17 },
      { kind: 'location', name: 'Location (41.4, 2.17)', url: MAP },
    ],
    [
      'a place without coordinates, which are 0 then',
      { file_type: 'location', coordinates_lat: 0, coordinates_long: 0, fallback_title: 'Depot', data_url: 'https://maps.example/1' },
      { kind: 'location', name: 'Depot', url: 'https://maps.example/1' },
    ],
    ['a contact card', { file_type: 'contact', fallback_title: '+15550100' }, { kind: 'contact', name: '+15550100', url: null }],
    [
      'a contact card with a name',
      { file_type: 'contact', fallback_title: '+15550100', meta: { firstName: 'Ada', lastName: 'Lovelace' } },
      { kind: 'contact', name: 'Ada Lovelace, +15550100', url: null },
    ],
    [
      'shared content',
      { file_type: 'fallback', fallback_title: 'A post', data_url: 'https://x.example/1' },
      { name: 'A post', url: 'https://x.example/1' },
    ],
    ['shared content without an address', { file_type: 'fallback', fallback_title: 'A post' }, { name: 'A post', url: null }],
    ...['image', 'audio', 'video', 'file', 'share', 'story_mention', 'ig_reel', 'ig_post', 'ig_story', 'embed', 'of_tomorrow'].map(
      (type): [string, object, Attachment] => [
        type,
        { file_type: type, data_url: 'https://f.example/' },
        { name: type, url: 'https://f.example/' },
      ],
    ),
    ['an image whose file is not there yet', { file_type: 'image', data_url: '' }, { kind: 'unsupported', name: 'image', url: null }],
    ['a place that tells nothing', { file_type: 'location' }, { kind: 'unsupported', name: 'location', url: null }],
    ['a contact card that tells nothing', { file_type: 'contact' }, { kind: 'unsupported', name: 'contact', url: null }],
    [
      'something that is odd all over',
      { file_type: 7, coordinates_lat: 'x', meta: [] },
      { kind: 'unsupported', name: 'unknown', url: null },
    ],
  ])('%s', (_title, wire, attachment) => {
    expect(chatwoot({ attachments: [wire] }).attachments).toEqual([attachment]);
  });

  it.each(['cards', 'form', 'article', 'input_select', 'integrations', 'voice_call', 'of_tomorrow'])(
    'content of the type %s, which its text is not all of',
    (type) => {
      expect(chatwoot({ content: 'x', content_type: type }).attachments).toEqual([{ kind: 'unsupported', name: type, url: null }]);
    },
  );

  it.each(['text', 'incoming_email', 'input_csat', 'input_email'])('none for content of the type %s, which is its text', (type) => {
    expect(chatwoot({ content: 'x', content_type: type }).attachments).toEqual([]);
  });

  it('a sticker, which is its image, or nothing that could be shown', () => {
    const image = { file_type: 'image', data_url: 'https://f.example/s.webp' };
    expect(chatwoot({ content_type: 'sticker', attachments: [image] }).attachments).toEqual([{ name: 's.webp', url: image.data_url }]);
    expect(chatwoot({ content_type: 'sticker' }).attachments).toEqual([{ kind: 'unsupported', name: 'sticker', url: null }]);
  });

  it('attachments that are no list', () => {
    expect(chatwoot({ attachments: { file_type: 'contact', fallback_title: '+1' } }).attachments).toEqual([
      { kind: 'contact', name: '+1', url: null },
    ]);
  });
});

describe("an attachment of Deskwoot's, whose document names no fields, has a text of its own:", () => {
  it.each<[object, Attachment]>([
    [
      { fileName: 'a.pdf', url: 'https://f.example/1' },
      { name: 'a.pdf', url: 'https://f.example/1' },
    ],
    [{ fileUrl: 'https://f.example/1' }, { name: 'file', url: 'https://f.example/1' }],
    [{ name: 'a.pdf' }, { name: 'a.pdf', url: null }],
    [{ fileType: 'location' }, { kind: 'unsupported', name: 'location', url: null }],
    [{}, { kind: 'unsupported', name: 'unknown', url: null }],
  ])('%j', (wire, attachment) => {
    expect(deskwoot({ attachments: [wire] }).attachments).toEqual([attachment]);
  });
});

describe('a template message', () => {
  it('is one of its own, said by the bot, for it has no sender', () => {
    for (const type of [3, 'template']) {
      expect(chatwoot({ content: 'Welcome', message_type: type, sender: null })).toMatchObject({
        direction: 'template',
        sender: { kind: 'bot', id: null, name: null },
      });
    }
  });
});
