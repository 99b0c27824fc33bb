export default () => <p>{require('./view.native')}</p>;
