import { page } from '@/page';
import { User } from '@models/user';
