/* By an import Node loads all that the module exports, its WebSocket too: a tenth of the start of a check. */

export const { createServer, request: requestHttp } = process.getBuiltinModule('node:http');
export const { request: requestHttps } = process.getBuiltinModule('node:https');
