import { createCpuBackend } from '../../../training/backends/cpu/cpu-backend.ts';
import { backendContract } from '../../contracts/backend-contract.ts';

backendContract('cpu', createCpuBackend);
