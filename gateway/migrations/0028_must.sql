-- A condition that ends the transaction by its own error: so a transaction's last statements and its commit can leave together.
CREATE FUNCTION must(holds boolean, code text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF holds IS NOT TRUE THEN
    RAISE EXCEPTION 'what the transaction depends on does not hold' USING ERRCODE = code;
  END IF;
END $$;
