"""The deployed stack over HTTP: API Gateway, Lambda and TaskRouter as a Flex plugin meets them."""
