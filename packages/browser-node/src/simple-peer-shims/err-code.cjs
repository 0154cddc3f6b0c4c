/** simple-peer gives its errors codes, which nothing here reads. */
module.exports = (error) => error;
