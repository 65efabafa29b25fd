import type { Command } from 'commander'

export function addTransferCommands(_gatehouse: Command): void {}
