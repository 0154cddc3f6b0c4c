import type { ClientEvents, ServerEvents } from '@vision-light/signaling';
import type { Server, Socket } from 'socket.io';
import type { Connection } from './connection.js';

/** The socket.io server. */
export type SignalIo = Server<ClientEvents, ServerEvents, Record<string, never>, Connection>;

/** A socket.io socket whose `data` is its connection. */
export type SignalSocket = Socket<ClientEvents, ServerEvents, Record<string, never>, Connection>;
