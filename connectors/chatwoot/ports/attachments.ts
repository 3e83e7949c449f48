import { wireAttachment } from '../call/wire.ts';
import type { z } from 'zod';
import type { Attachment } from '../../ports/helpdesk.ts';
import type { WireMessage } from '../call/wire.ts';

type WireAttachment = z.output<typeof wireAttachment>;

/** Content types that are whole in the message's text; chatwoot v4.15.1, app/models/message.rb, content_type. */
const WHOLE_IN_TEXT = new Set(['text', 'input_text', 'input_textarea', 'input_email', 'incoming_email', 'input_csat']);

/**
 * What a message holds beside its text. Nothing is left out: what the model has no form for is named by Chatwoot's own word, be it
 * an attachment or the message's content type (cards, a form, a call).
 */
export function toAttachments(wire: WireMessage): readonly Attachment[] {
  const attachments = wire.attachments.map(toAttachment);
  const type = wire.content_type ?? 'text';
  // A sticker is its image.
  const isWhole = WHOLE_IN_TEXT.has(type) || (type === 'sticker' && attachments.length > 0);
  return isWhole ? attachments : [...attachments, unsupported(type)];
}

/** chatwoot v4.15.1, app/models/attachment.rb: each file_type has fields of its own. */
function toAttachment(value: unknown): Attachment {
  const parsed = wireAttachment.safeParse(value);
  if (!parsed.success) return unsupported('unknown');
  const wire = parsed.data;
  const type = wire.file_type ?? 'unknown';
  if (type === 'location') return location(wire) ?? unsupported(type);
  if (type === 'contact') return contact(wire) ?? unsupported(type);
  if (wire.data_url !== null) return { name: wire.fallback_title ?? fileName(wire.data_url) ?? type, url: wire.data_url };
  return wire.fallback_title === null ? unsupported(type) : { name: wire.fallback_title, url: null };
}

function location(wire: WireAttachment): Attachment | null {
  const { fallback_title: title, data_url: url } = wire;
  const kind = 'location';
  const place = placeOf(wire);
  if (place !== null) return { kind, name: `${title ?? 'Location'} (${place.latitude}, ${place.longitude})`, url: mapOf(place) };
  return title === null && url === null ? null : { kind, name: title ?? 'Location', url };
}

interface Place {
  readonly latitude: number;
  readonly longitude: number;
}

/** Coordinates that Chatwoot does not know are 0. */
function placeOf({ coordinates_lat: latitude, coordinates_long: longitude }: WireAttachment): Place | null {
  if (typeof latitude !== 'number' || typeof longitude !== 'number') return null;
  const known = latitude !== 0 || longitude !== 0;
  return known && Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180 ? { latitude, longitude } : null;
}

// https://wiki.openstreetmap.org/wiki/Browsing#Sending_a_link_to_someone_with_a_marker
function mapOf({ latitude, longitude }: Place): string {
  return `https://www.openstreetmap.org/?mlat=${latitude}&mlon=${longitude}#map=16/${latitude}/${longitude}`;
}

/** The phone number is the title; who it is stands in `meta`. */
function contact({ fallback_title: phone, meta }: WireAttachment): Attachment | null {
  const who = [meta?.firstName ?? null, meta?.lastName ?? null].filter((part) => part !== null).join(' ');
  const name = [who, phone ?? ''].filter((part) => part !== '').join(', ');
  return name === '' ? null : { kind: 'contact', name, url: null };
}

function unsupported(type: string): Attachment {
  return { kind: 'unsupported', name: type, url: null };
}

function fileName(url: string): string | null {
  try {
    const name = decodeURIComponent(new URL(url).pathname.split('/').at(-1) ?? '');
    return name === '' ? null : name;
  } catch {
    return null;
  }
}
