/**
 * Shapes of protocol version 1 (docs/protocol.md). Types only: nothing loads this file in a browser.
 *
 * @typedef {"visitor" | "expert"} Side
 * @typedef {"waiting" | "open" | "closed" | "missed"} ConversationState
 * @typedef {{url: string, title: string, sku: string}} Page
 * @typedef {{title: string, bought_on: string}} Owned
 * @typedef {{name: string, face: string, about: string, languages: string[], owns: Owned[]}} ExpertCard
 * @typedef {{sku: string, title: string, image_url: string, url: string, price_minor: number, currency: string}} ProductCard
 *
 * @typedef {object} Conversation
 * @property {string} id
 * @property {ConversationState} state
 * @property {number} last_seq
 * @property {ExpertCard | null} expert
 * @property {string} disclosure
 * @property {Page} page
 * @property {string} started_at
 * @property {{name: string, slug?: string}} store
 * @property {{visitor: number, expert: number}} read
 * @property {string} [pseudonym] console only
 * @property {ProductCard | null} [product] console only
 *
 * @typedef {"message" | "claimed" | "state" | "page" | "read" | "promise" | "contact"} EventKind
 * @typedef {object} ConversationEvent
 * @property {number} seq
 * @property {EventKind} kind
 * @property {{kind: "visitor" | "expert" | "system", name: string, face: string}} author
 * @property {string | null} client_id
 * @property {string} text
 * @property {Record<string, any>} data
 * @property {string} at
 *
 * @typedef {object} Waiting
 * @property {string} conversation
 * @property {ConversationState} state
 * @property {string} pseudonym
 * @property {Page} page
 * @property {ProductCard | null} product
 * @property {string} text
 * @property {{name: string, slug: string}} store
 * @property {string} waiting_since
 * @property {string | null} offered_at
 * @property {string | null} expires_at
 * @property {string | null} reason
 *
 * @typedef {Conversation & {unread: number, last_text: string, last_at: string}} Mine
 * @typedef {{slug: string, name: string, is_available: boolean, max_conversations: number}} ExpertStore
 * @typedef {{is_available: boolean, waiting_count: number, waiting: Waiting[], mine: Mine[], stores: ExpertStore[]}} Inbox
 *
 * @typedef {{type: "welcome", v: 1, heartbeat_s: number, conversation?: Conversation | null, marker?: string | null, inbox?: Inbox}} WelcomeFrame
 * @typedef {{type: "ack", client_id: string, conversation: string, seq: number}} AckFrame
 * @typedef {{type: "events", conversation: string, events: ConversationEvent[], last_seq: number}} EventsFrame
 * @typedef {{type: "error", code: string, message: string, is_permanent: boolean, for?: string, conversation?: string, client_id?: string}} ErrorFrame
 * @typedef {WelcomeFrame | AckFrame | EventsFrame | ErrorFrame
 *   | {type: "conversation", conversation: Conversation} | {type: "inbox", inbox: Inbox}
 *   | {type: "heartbeat", last_seq: Record<string, number>} | {type: "marker", marker: string | null}
 *   | {type: "pong"}} ServerFrame
 *
 * @typedef {{type: "start", client_id: string, text: string, page: Page}
 *   | {type: "message", conversation: string, client_id: string, text: string}
 *   | {type: "catch_up", conversation: string, after: number}
 *   | {type: "page", conversation: string, page: Page}
 *   | {type: "contact", conversation: string, email: string}
 *   | {type: "read", conversation: string, seq: number}
 *   | {type: "claim" | "decline" | "close", conversation: string}
 *   | {type: "availability", is_available: boolean}
 *   | {type: "ping"}} ClientFrame
 *
 * @typedef {{conversation: string, after: number}} Position how far a conversation is known
 *
 * @typedef {object} Transport one side's way to the server
 * @property {Side} side
 * @property {string} socketUrl
 * @property {() => Promise<object>} hello the first frame; fetches the secret that it carries
 * @property {() => void} renew forget that secret, because the server has refused it
 * @property {(frame: ClientFrame) => Promise<ServerFrame[]>} request a frame over its HTTP twin; rejects with RequestError
 * @property {(known: Position[]) => Promise<ServerFrame[]>} poll what has changed, where there is no socket
 *
 * @typedef {object} Entry a message on its way
 * @property {string} client_id
 * @property {number} number orders entries as they were written
 * @property {string | null} conversation null: into the one under way, or a new one
 * @property {string} text
 * @property {Page} page
 * @property {string} at
 * @property {"sending" | "sent" | "failed"} state sent: acknowledged, its event has not arrived yet
 * @property {{code: string, message: string} | null} error why it failed
 *
 * @typedef {object} Message what a list of messages shows: an event, or an entry that is on its way to become one
 * @property {string} key the same before and after, so that a bubble is replaced and not doubled
 * @property {number | null} seq
 * @property {"visitor" | "expert" | "system"} author
 * @property {string} name
 * @property {string} text
 * @property {string} at
 * @property {"sending" | "sent" | "failed"} state
 * @property {{code: string, message: string} | null} error
 * @property {ConversationEvent | null} event
 */

export {};
