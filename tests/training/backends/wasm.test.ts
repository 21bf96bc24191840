import { createWasmBackend } from '../../../training/backends/wasm/wasm-backend.ts';
import { backendContract } from '../../contracts/backend-contract.ts';

backendContract('wasm', createWasmBackend);
