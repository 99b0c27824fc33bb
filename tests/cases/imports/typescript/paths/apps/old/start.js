import late from 'late';
