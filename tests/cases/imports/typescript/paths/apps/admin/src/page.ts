import theme from 'theme';
