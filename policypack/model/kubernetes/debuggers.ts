/** Debuggers in the command, arguments or environment of a container. No look-around: CEL reads it too (RE2). */
export const DEBUGGER = /(^|[\s/=])(dlv|gdbserver|debugpy)(\s|$)|-agentlib:jdwp|-Xrunjdwp|--inspect(-brk)?(=|\s|$)/;
